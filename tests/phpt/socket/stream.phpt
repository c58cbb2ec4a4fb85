--TEST--
Coroutine\Socket: a stream between two coroutines
--FILE--
<?php
require __DIR__ . '/show.inc';
use Swoole\Coroutine\Socket;
Co\run(function () {
    $server = new Socket(2, 1, 0);
    show($server->fd > 2, $server->domain, $server->type, $server->protocol);
    show($server->bind('127.0.0.1'), $server->listen());
    ['address' => $host, 'port' => $port] = $server->getsockname();
    go(function () use ($server) {
        $peer = $server->accept();
        show(get_class($peer), $peer->getpeername()['address']);
        show($peer->recv(4), $peer->recv());
        $peer->send("one\ntwo\r\nthree");
        $peer->recv();
        $peer->sendAll("abcdefgh");
        $peer->shutdown(1);
        show('the end', $peer->recv(), $peer->errCode);
        show('closed', $peer->close(), $peer->close(), $peer->errCode, $peer->isClosed(), $peer->fd);
    });
    $client = new Socket(2, 1, 0);
    show($client->isClosed(), $client->connect($host, $port), $client->getpeername() === $server->getsockname());
    show($client->send('0123456789'));
    show('lines', $client->recvLine(), $client->recvLine(), $client->recvLine(), $client->recvLine(3));
    show('the rest', $client->recvWithBuffer(1), $client->peek(), $client->recv(10));
    $client->send('go');
    show('so many', $client->recvAll(6), $client->peek(), $client->recvAll(6), $client->recv(), $client->errCode);
    show('nobody there', $client->checkLiveness(), $client->errCode);
    $client->close();
    show($client->recv(), $client->errCode, $client->errMsg);
    $server->close();
    show('not connected');
    $one = new Socket(2, 1, 0);
    show($one->checkLiveness(), $one->errCode, $one->shutdown(), $one->errCode, $one->shutdown(7), $one->errCode);
});
Co\run(function () {
    show('a pair');
    [$one, $other] = swoole_coroutine_socketpair(1, 1, 0);
    show($one->peek(), $one->errCode, $one->checkLiveness(), $one->getBoundCid(SWOOLE_EVENT_READ));
    $reader = go(fn() => show($one->recv()));
    show($one->getBoundCid(SWOOLE_EVENT_READ) === $reader, $one->getBoundCid(SWOOLE_EVENT_WRITE));
    show($other->send('hi'));
    show(@swoole_coroutine_socketpair(2, 1, 0), error_get_last()['message']);
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
false "swoole_coroutine_socketpair(): failed to create a pair of sockets: Operation not supported (os error 95)"
"hi"
