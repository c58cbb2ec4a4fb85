--TEST--
Swoole\Client: UDP and Unix datagrams
--FILE--
<?php
require __DIR__ . '/peer.inc';
use Swoole\Client;

$echo = 'while (true) {
    $r = [$server, STDIN]; $n = null;
    stream_select($r, $n, $n, 10) && !in_array(STDIN, $r, true) || exit;
    stream_socket_sendto($server, strtoupper(stream_socket_recvfrom($server, 65536, 0, $from)), 0, $from);
}';

foreach ([[SWOOLE_SOCK_UDP, 'udp://127.0.0.1:0'], [SWOOLE_SOCK_UDP6, 'udp://[::1]:0']] as [$type, $address]) {
    echo "-- $address\n";
    $peer = new Peer($echo, $address);
    $client = client($peer, 1, $type);
    show('send', $client, fn($c) => $c->send('ping'));
    show('recv', $client, fn($c) => $c->recv());
    var_dump($client->getpeername() === ['host' => $peer->host, 'port' => $peer->port]);
    show('send nothing', $client, fn($c) => $c->send(''));
    show('too large', $client, fn($c) => $c->send(str_repeat('x', 70000)));
    show('close', $client, fn($c) => $c->close());

    $client = new Client($type);
    show('sendto nowhere', $client, fn($c) => $c->sendto('', $peer->port, 'x'));
    var_dump($client->isConnected(), $client->sock);
    show('sendto', $client, fn($c) => $c->sendto($peer->host, $peer->port, 'pong'));
    var_dump($client->isConnected(), $client->sock > 2);
    show('recv a part', $client, fn($c) => $c->recv(2));
    $client->sendto($type === SWOOLE_SOCK_UDP ? 'localhost' : '::1', $peer->port, 'by name');
    show('recv', $client, fn($c) => $c->recv());
}

echo "-- connected, and the port closed\n";
$client = new Client(SWOOLE_SOCK_UDP);
$client->connect('127.0.0.1', 1, 1, 1);
$client->send('anyone?');
show('recv', $client, fn($c) => $c->recv());

echo "-- udg\n";
$path = socket_path();
// PHP cannot answer from the socket that it received on, so it is the unconnected client that gets the answer.
$peer = new Peer('say(stream_socket_recvfrom($server, 100));
    $data = stream_socket_recvfrom($server, 100, 0, $from);
    fwrite(stream_socket_client("udg://$from"), strtoupper($data)); go();', "udg://$path");
$client = client($peer, 1, SWOOLE_SOCK_UNIX_DGRAM);
show('send', $client, fn($c) => $c->send('ping'));
var_dump($peer->hear(), $client->getpeername() === ['host' => $path, 'port' => 0]);
$client = new Client(SWOOLE_SOCK_UNIX_DGRAM);
show('sendto', $client, fn($c) => $c->sendto($path, 0, 'pong'));
show('recv', $client, fn($c) => $c->recv());
['host' => $own] = $client->getsockname();
var_dump(file_exists($own), $client->close(), file_exists($own));
show('sendto a missing path', $client, fn($c) => $c->sendto('/nowhere/at/all.sock', 0, 'x'));
show('connect to a missing path', $client, fn($c) => $c->close() && $c->connect('/nowhere/at/all.sock'));
?>
--EXPECT--
-- udp://127.0.0.1:0
send: 4
recv: 'PING'
bool(true)
send nothing: false warning: Swoole\Client::send(): the data to send is empty
too large: false warning: Swoole\Client::send(): send() failed, Error: Message too long[90] [errCode 90]
close: true [errCode 90]
sendto nowhere: false [errCode 22]
bool(false)
int(-1)
sendto: true [errCode 22]
bool(true)
bool(true)
recv a part: 'PO' [errCode 22]
recv: 'BY NAME' [errCode 22]
-- udp://[::1]:0
send: 4
recv: 'PING'
bool(true)
send nothing: false warning: Swoole\Client::send(): the data to send is empty
too large: false warning: Swoole\Client::send(): send() failed, Error: Message too long[90] [errCode 90]
close: true [errCode 90]
sendto nowhere: false [errCode 22]
bool(false)
int(-1)
sendto: true [errCode 22]
bool(true)
bool(true)
recv a part: 'PO' [errCode 22]
recv: 'BY NAME' [errCode 22]
-- connected, and the port closed
recv: false warning: Swoole\Client::recv(): recv() failed, Error: Connection refused[111] [errCode 111]
-- udg
send: 4
string(4) "ping"
bool(true)
sendto: true
recv: 'PONG'
bool(true)
bool(true)
bool(false)
sendto a missing path: false warning: Swoole\Client::sendto(): sendto() failed, Error: No such file or directory[2] [errCode 2]
connect to a missing path: false warning: Swoole\Client::connect(): connect to server[/nowhere/at/all.sock:0] failed. Error: No such file or directory[2] [errCode 2]
