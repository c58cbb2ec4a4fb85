--TEST--
Coroutine\Client: UDP, Unix streams and datagrams
--FILE--
<?php
require __DIR__ . '/put.inc';
require __DIR__ . '/../client/peer.inc';
use Swoole\Coroutine\{Client, Socket};
Co\run(function () {
    foreach ([[SWOOLE_SOCK_UDP, 2, '127.0.0.1'], [SWOOLE_SOCK_UDP6, 10, '::1']] as [$type, $domain, $host]) {
        $server = new Socket($domain, 2, 0);
        $server->bind($host);
        $port = $server->getsockname()['port'];
        go(function () use ($server) {
            while (($data = $server->recvfrom($peer)) !== false) {
                $server->sendto($peer['address'], $peer['port'], strtoupper($data));
            }
        });
        $client = new Client($type);
        put($client->sendto($host, $port, 'hello'), $client->isConnected(), $client->recv(), $client->getpeername() === ['host' => $host, 'port' => $port]);
        put($client->sendto($host, $port, 'again'), $client->recvfrom(100, $from, $at), $from === $host, $at === $port);
        put($client->sendto($host, $port, 'cut off'), $client->recvfrom(3, $from), $from === $host);
        put($client->recv(0.01), $client->errCode);
        $client->close();
        put($client->connect($host, $port, 0.01), $client->send('x'), $client->recv(), $client->send(str_repeat('x', 70000)), $client->errCode);
        $server->close();
        put('closed port', $client->send('x'), $client->recv(), $client->errCode);
    }
    $client = new Client(SWOOLE_SOCK_TCP);
    put($client->sendto('127.0.0.1', 1, 'x'), $client->errCode, $client->recvfrom(10, $from), $client->errCode);

    $path = socket_path();
    $peer = new Peer('$c = accept(); fwrite($c, strrev(fread($c, 100))); go();', "unix://$path");
    $client = new Client(SWOOLE_SOCK_UNIX_STREAM);
    put($client->connect($path), $client->send('abc'), $client->recv(), $client->getpeername() === ['host' => $path, 'port' => 0]);
    $path = socket_path();
    $server = new Socket(1, 2, 0);
    $server->bind($path);
    $client = new Client(SWOOLE_SOCK_UNIX_DGRAM);
    put($client->connect($path), $client->send('message'), $server->recvfrom($from));
    unlink($path);
    $client = new Client(SWOOLE_SOCK_UNIX_STREAM);
    put($client->connect($path), $client->errCode);
});
?>
--EXPECT--
true true "HELLO" true
true "AGAIN" true true
true "CUT" true
false 110
true 1 "X" false 90
"closed port" 1 false 111
true true "HELLO" true
true "AGAIN" true true
true "CUT" true
false 110
true 1 "X" false 90
"closed port" 1 false 111
false 95 false 5001
true 3 "cba" true
true 7 "message"
false 2
