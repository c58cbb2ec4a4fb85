--TEST--
Swoole\Client: recv(), its flags and its timeout
--FILE--
<?php
require __DIR__ . '/peer.inc';
use Swoole\Client;

echo "-- timeout\n";
$peer = new Peer('$c = accept(); go(); fwrite($c, "late"); go();');
$client = client($peer, 0.1);
$client->set(['timeout' => 30]);
$begun = microtime(true);
show('nothing comes', $client, fn($c) => $c->recv());
$took = microtime(true) - $begun;
var_dump($took >= 0.1 && $took < 3, $client->isConnected());
show('size 0', $client, fn($c) => $c->recv(0));
$peer->tell();
while (($data = @$client->recv()) === false);
var_dump($data);

echo "-- peek\n";
$peer = new Peer('$c = accept(); fwrite($c, "abcdef"); go();');
$client = client($peer);
show('peek', $client, fn($c) => $c->recv(3, Client::MSG_PEEK));
show('peek again', $client, fn($c) => $c->recv(flag: Client::MSG_PEEK));
show('a part', $client, fn($c) => $c->recv(4));
show('the rest', $client, fn($c) => $c->recv());

echo "-- do not wait\n";
$peer = new Peer('$c = accept(); go(); fwrite($c, "now"); say("written"); go();');
$client = client($peer, 30);
show('nothing there', $client, fn($c) => $c->recv(10, Client::MSG_DONTWAIT));
show('nothing to peek at', $client, fn($c) => $c->recv(10, Client::MSG_DONTWAIT | Client::MSG_PEEK));
$peer->tell();
$peer->hear();
show('something there', $client, fn($c) => $c->recv(10, Client::MSG_DONTWAIT));

echo "-- wait for all\n";
$peer = new Peer('$c = accept(); fwrite($c, "abc"); go(); fwrite($c, "def"); go(); fwrite($c, "gh");');
$client = client($peer, 0.1);
show('only a part', $client, fn($c) => $c->recv(6, Client::MSG_WAITALL));
$peer->tell();
while (($data = @$client->recv(6, Client::MSG_WAITALL)) === false);
var_dump($data);
$peer->tell();
$peer->join();
show('the peer closed', $client, fn($c) => $c->recv(6, Client::MSG_WAITALL));
show('nothing is left', $client, fn($c) => $c->recv(6, Client::MSG_WAITALL));

echo "-- the peer closed\n";
$client->errCode = 0;
show('recv', $client, fn($c) => $c->recv());
show('recv', $client, fn($c) => $c->recv());
var_dump($client->errCode, $client->isConnected());

echo "-- reset\n";
// A socket that is closed with something unread in it resets its connection.
$peer = new Peer('$c = accept(); $r = [$c]; $n = null; stream_select($r, $n, $n, 10); fclose($c); say("closed"); go();');
$client = client($peer);
$client->send('never read');
$peer->hear();
show('recv', $client, fn($c) => $c->recv());
var_dump($client->isConnected());

echo "-- sizes\n";
$peer = new Peer('$c = accept(); fwrite($c, str_repeat("x", 3000000)); go();');
$client = client($peer);
show('all of it', $client, fn($c) => $c->recv(2900000, Client::MSG_WAITALL));
show('at most 65536', $client, fn($c) => strlen($c->recv()) <= 65536);
show('the largest size', $client, fn($c) => strlen($c->recv(PHP_INT_MAX)) > 0);
try {
    $client->recv(-1);
} catch (ValueError $error) {
    echo $error->getMessage(), "\n";
}
?>
--EXPECT--
-- timeout
nothing comes: false warning: Swoole\Client::recv(): recv() failed, Error: Resource temporarily unavailable[11] [errCode 11]
bool(true)
bool(true)
size 0: ''
string(4) "late"
-- peek
peek: 'abc'
peek again: 'abcdef'
a part: 'abcd'
the rest: 'ef'
-- do not wait
nothing there: false [errCode 11]
nothing to peek at: false [errCode 11]
something there: 'now' [errCode 11]
-- wait for all
only a part: false warning: Swoole\Client::recv(): recv() failed, Error: Resource temporarily unavailable[11] [errCode 11]
string(6) "abcdef"
the peer closed: 'gh' [errCode 11]
nothing is left: ''
-- the peer closed
recv: ''
recv: ''
int(0)
bool(true)
-- reset
recv: false warning: Swoole\Client::recv(): recv() failed, Error: Connection reset by peer[104] [errCode 104]
bool(true)
-- sizes
all of it: 2900000 bytes
at most 65536: true
the largest size: true
Swoole\Client::recv(): Argument #1 ($size) must be at least 0, got -1
