--TEST--
Swoole\Client: send(), shutdown() and the addresses
--FILE--
<?php
require __DIR__ . '/peer.inc';
use Swoole\Client;

$peer = new Peer('$c = accept(); say(stream_socket_get_name($c, true)); fwrite($c, strtoupper(stream_get_contents($c))); fclose($c); go();');
$client = client($peer);
$name = $client->getsockname();
var_dump($peer->hear() === "$name[host]:$name[port]", $client->getpeername() === ['host' => $peer->host, 'port' => $peer->port]);
show('send', $client, fn($c) => $c->send('hello'));
show('send nothing', $client, fn($c) => $c->send(''));
show('sendto on a stream', $client, fn($c) => $c->sendto('127.0.0.1', 9, 'x'));
show('shutdown of what there is not', $client, fn($c) => $c->shutdown(3));
show('shutdown', $client, fn($c) => $c->shutdown(Client::SHUT_WR));
show('the answer', $client, fn($c) => $c->recv(100, Client::MSG_WAITALL));

echo "-- the peer closed\n";
$peer = new Peer('fclose(accept()); say("closed"); go();');
$client = client($peer);
$peer->hear();
show('recv', $client, fn($c) => $c->recv());
show('the first send', $client, fn($c) => $c->send('into the void'));
@$client->recv(); // waits for the reset, which answers it
show('the next', $client, fn($c) => $c->send('again'));

echo "-- megabytes to a slow reader\n";
$peer = new Peer('$c = accept(); go(); $hash = hash_init("md5"); $n = 0;
    while (($piece = fread($c, 65536)) !== "" && $piece !== false) { hash_update($hash, $piece); if (++$n % 8 === 0) usleep(500); }
    say(hash_final($hash)); go();');
$client = client($peer, 2);
$data = str_repeat(random_bytes(1 << 10), 20 << 10);
$peer->tell();
show('all of it', $client, fn($c) => $c->send($data));
$client->close();
var_dump($peer->hear() === md5($data));

echo "-- to one that does not read\n";
$peer = new Peer('$c = accept(); go();');
$client = client($peer, 0.1);
$sent = $client->send($data);
var_dump($sent > 0 && $sent < strlen($data));
show('nothing more', $client, fn($c) => $c->send($data));
show('not waiting', $client, fn($c) => $c->send($data, Client::MSG_DONTWAIT));
?>
--EXPECT--
bool(true)
bool(true)
send: 5
send nothing: false warning: Swoole\Client::send(): the data to send is empty
sendto on a stream: false warning: Swoole\Client::sendto(): sendto() needs a datagram socket, this client is a stream: use connect() and send() [errCode 95]
shutdown of what there is not: false warning: Swoole\Client::shutdown(): must be SHUT_RD, SHUT_WR or SHUT_RDWR, got 3 [errCode 95]
shutdown: true [errCode 95]
the answer: 'HELLO' [errCode 95]
-- the peer closed
recv: ''
the first send: 13
the next: false warning: Swoole\Client::send(): send() failed, Error: Broken pipe[32] [errCode 32]
-- megabytes to a slow reader
all of it: 20971520
bool(true)
-- to one that does not read
bool(true)
nothing more: false warning: Swoole\Client::send(): send() failed, Error: Resource temporarily unavailable[11] [errCode 11]
not waiting: false warning: Swoole\Client::send(): send() failed, Error: Resource temporarily unavailable[11] [errCode 11]
