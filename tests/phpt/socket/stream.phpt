--TEST--
Coroutine\Socket: a stream between two coroutines
--FILE--
<?php
require __DIR__ . '/put.inc';
use Swoole\Coroutine\Socket;
Co\run(function () {
    $server = new Socket(2, 1, 0);
    put($server->fd > 2, $server->domain, $server->type, $server->protocol);
    put($server->bind('127.0.0.1'), $server->listen());
    ['address' => $host, 'port' => $port] = $server->getsockname();
    go(function () use ($server) {
        $peer = $server->accept();
        put(get_class($peer), $peer->getpeername()['address']);
        put($peer->recv(4), $peer->recv());
        $peer->send("one\ntwo\r\nthree");
        $peer->recv();
        $peer->sendAll("abcdefgh");
        $peer->shutdown(1);
        put('the end', $peer->recv(), $peer->errCode);
        put('closed', $peer->close(), $peer->close(), $peer->errCode, $peer->isClosed(), $peer->fd);
    });
    $client = new Socket(2, 1, 0);
    put($client->isClosed(), $client->connect($host, $port), $client->getpeername() === $server->getsockname());
    put($client->send('0123456789'));
    put('lines', $client->recvLine(), $client->recvLine(), $client->recvLine(), $client->recvLine(3));
    put('the rest', $client->recvWithBuffer(1), $client->peek(), $client->recv(10));
    $client->send('go');
    put('so many', $client->recvAll(6), $client->peek(), $client->recvAll(6), $client->recv(), $client->errCode);
    put('nobody there', $client->checkLiveness(), $client->errCode);
    $client->close();
    put($client->recv(), $client->errCode, $client->errMsg);
    $server->close();
    put('not connected');
    $one = new Socket(2, 1, 0);
    put($one->checkLiveness(), $one->errCode, $one->shutdown(), $one->errCode, $one->shutdown(7), $one->errCode);
});
Co\run(function () {
    put('a pair');
    [$one, $other] = swoole_coroutine_socketpair(1, 1, 0);
    put($one->peek(), $one->errCode, $one->checkLiveness(), $one->getBoundCid(SWOOLE_EVENT_READ));
    $reader = go(fn() => put($one->recv()));
    put($one->getBoundCid(SWOOLE_EVENT_READ) === $reader, $one->getBoundCid(SWOOLE_EVENT_WRITE));
    put($other->send('hi'));
    put(@swoole_coroutine_socketpair(2, 1, 0), error_get_last()['message']);
});
?>
--EXPECT--
true 2 1 0
true true
false true true
10
"Swoole\\Coroutine\\Socket" "127.0.0.1"
"0123" "456789"
"lines" "one\n" "two\r" "\n" "thr"
"the rest" "e" "e" "e"
"so many" "abcdef" "gh" "gh" "" 0
"nobody there" false 104
false 9 "Bad file descriptor"
"not connected"
false 107 false 107 false 22
"the end" "" 0
"closed" true false 9 true -1
"a pair"
false 11 true 0
true 0
2
false "swoole_coroutine_socketpair(): failed to create a pair of sockets: Operation not supported"
"hi"
