--TEST--
Coroutine\Client: TCP to a server in another process, properties, a megabyte, files, what an exported socket shares
--FILE--
<?php
require __DIR__ . '/put.inc';
require __DIR__ . '/../client/peer.inc';
use Swoole\Coroutine\Client;
$echo = 'for ($i = 0; $i < 3; $i++) { $c = accept(); while (($d = fread($c, 65536)) !== "" && $d !== false) { for (; $d !== ""; $d = substr($d, fwrite($c, $d))); } fclose($c); }';
Co\run(function () use ($echo) {
    $peer = new Peer($echo);
    $client = new Client(SWOOLE_SOCK_TCP);
    put($client->type, $client->fd, $client->connected, $client->socket, $client->setting, $client->isConnected(), $client->exportSocket());
    put($client->connect('localhost', $peer->port, 5), $client->fd > 2, $client->connected, get_class($client->socket), $client->isConnected(), $client->errCode);
    put($client->send('hello'), $client->recv(), $client->errCode, $client->errMsg);
    put($client->getpeername() === ['host' => '127.0.0.1', 'port' => $peer->port], array_keys($client->getsockname()));
    $client->send('abc');
    while ($client->peek() !== 'abc') {
        Co::sleep(0.001);
    }
    put($client->peek(2), $client->peek(), $client->recv());

    $data = random_bytes(1 << 20);
    $done = new Chan;
    go(fn() => $done->push($client->send($data)));
    for ($got = ''; strlen($got) < strlen($data); $got .= $client->recv()) {
        Co::sleep(0.001);
    }
    put($got === $data, $done->pop());
    $file = tempnam(sys_get_temp_dir(), 'client');
    file_put_contents($file, $data);
    go(fn() => $done->push($client->sendfile($file, 10)));
    for ($got = ''; strlen($got) < strlen($data) - 10; $got .= $client->recv());
    put($got === substr($data, 10), $done->pop(), $client->sendfile('/nowhere'), $client->errCode);
    unlink($file);

    $socket = $client->exportSocket();
    put($socket === $client->socket, $socket->fd === $client->fd, $socket->send('x'), $client->recv());
    put($client->close(), $client->isConnected(), $client->connected, $client->fd, $client->socket, $socket->isClosed(), $socket->fd);
    put('again', $client->connect('127.0.0.1', $peer->port), $client->send('y'), $client->recv());
    $socket = $client->exportSocket();
    $socket->close();
    put($client->isConnected(), $client->recv(), $client->errCode, $client->close(), $client->connect('127.0.0.1', $peer->port));
    $socket = $client->exportSocket();
    unset($client);
    put('the socket outlives the client', $socket->send('z'), $socket->recv(), $socket->close());
});
?>
--EXPECT--
1 -1 false null null false false
true true true "Swoole\\Coroutine\\Socket" true 0
5 "hello" 0 ""
true ["host","port"]
"ab" "abc" "abc"
true 1048576
true true false 2
true true 1 "x"
true false false -1 null true -1
"again" true 1 "y"
false false 5001 false true
"the socket outlives the client" 1 "z" true
