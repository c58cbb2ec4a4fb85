--TEST--
Coroutine\Socket, row 67: no warnings but codes, for timeouts, cancellation, closing, names and connections
--FILE--
<?php
require __DIR__ . '/put.inc';
use Swoole\Coroutine;
use Swoole\Coroutine\Socket;
Co\run(function () {
    $server = new Socket(2, 1, 0);
    $server->bind('127.0.0.1');
    $server->listen();
    $port = $server->getsockname()['port'];
    put('accept in time', $server->accept(0.01), $server->errCode, $server->errMsg);

    $client = new Socket(2, 1, 0);
    put('connect', $client->connect('127.0.0.1', $port), $client->errCode);
    put('twice', $client->connect('127.0.0.1', $port), $client->errCode);
    $peer = $server->accept();
    foreach (['recv', 'recvAll', 'recvLine', 'recvWithBuffer'] as $method) {
        $begun = microtime(true);
        put($method, $client->$method(10, 0.02), $client->errCode, $client->errMsg, microtime(true) - $begun > 0.015);
    }
    put('recvPacket', $client->recvPacket(0.01), $client->errCode);
    put('readVector', $client->readVector([1, 2], 0.01), $client->errCode);
    put('readVectorAll', $client->readVectorAll([1, 2], 0.01), $client->errCode);

    $peer->send('abc');
    put('what came in time', $client->recvAll(5, 0.02), $client->errCode);
    $peer->send('no line');
    put('a line in time', $client->recvLine(100, 0.02), $client->errCode, $client->recv(), $client->errCode);

    $cid = go(fn() => put('cancelled by id', $client->recv(), $client->errCode, $client->errMsg));
    Coroutine::cancel($cid);
    go(fn() => put('cancelled', $client->recv(), $client->errCode));
    put($client->cancel(), $client->cancel(), $client->cancel(SWOOLE_EVENT_WRITE), $client->cancel(99));

    [$client, $peer] = swoole_coroutine_socketpair(1, 1, 0);
    $filler = str_repeat('x', 1 << 20);
    put('full', is_int($sent = $client->sendAll(str_repeat($filler, 8), 0.05)), $sent < 8 << 20, $client->errCode);
    put('nothing goes', $client->send($filler, 0.01), $client->errCode, $client->sendAll($filler, 0.01), $client->errCode);
    go(fn() => put('writer cancelled', $client->send($filler), $client->errCode));
    put($client->getBoundCid(SWOOLE_EVENT_WRITE) > 0, $client->cancel(SWOOLE_EVENT_WRITE));

    go(fn() => put('closed meanwhile, reader', $client->recv(), $client->errCode));
    go(fn() => put('closed meanwhile, writer', $client->send($filler), $client->errCode));
    put($client->close());
    put('closed', $client->send('x'), $client->errCode, $client->getsockname(), $client->bind('127.0.0.1'), $client->listen(), $client->errCode);
    $one = new Socket(2, 1, 0);
    put('name', $one->connect('no-such-host.invalid', 80), $one->errCode, $one->errMsg);
    put('refused', $one->connect('127.0.0.1', 1), $one->errCode, $one->errMsg);
    put('port', $one->connect('127.0.0.1', 70000), $one->errCode);
    put('family', $one->connect('::1', 80), $one->errCode);
    put('bind', $one->bind('127.0.0.1', $port), $one->errCode, $one->errMsg, $one->bind('nonsense'), $one->errCode);
    put('one connects after all', $one->connect('localhost', $port), $one->errCode, $one->errMsg);

    $unix = new Socket(1, 1, 0);
    put('path', $unix->connect('/nowhere/at/all'), $unix->errCode, $unix->connect(str_repeat('x', 200)), $unix->errCode);
    try {
        new Socket(99, 1);
    } catch (Socket\Exception $exception) {
        put(get_parent_class($exception), $exception->getMessage(), $exception->getCode());
    }
    try {
        $unix->writeVector(['a', 1]);
    } catch (Socket\Exception $exception) {
        put($exception->getMessage(), $exception->getCode());
    }
    try {
        $unix->readVector([1, 0]);
    } catch (Socket\Exception $exception) {
        put($exception->getMessage());
    }
    class Bare extends Socket { function __construct() {} }
    try {
        (new Bare)->recv();
    } catch (Error $error) {
        put($error->getMessage());
    }
});
?>
--EXPECT--
"accept in time" false 110 "Connection timed out"
"connect" true 0
"twice" false 106
"recv" false 110 "Connection timed out" true
"recvAll" false 110 "Connection timed out" true
"recvLine" false 110 "Connection timed out" true
"recvWithBuffer" false 110 "Connection timed out" true
"recvPacket" false 110
"readVector" false 110
"readVectorAll" false 110
"what came in time" "abc" 110
"a line in time" false 110 "no line" 0
"cancelled by id" false 125 "Operation canceled"
"cancelled" false 125
true false false false
"full" true true 110
"nothing goes" false 110 false 110
"writer cancelled" false 125
true true
"closed meanwhile, reader" false 125
"closed meanwhile, writer" false 125
true
"closed" false 9 false false false 9
"name" false 711 "DNS Lookup resolve failed"
"refused" false 111 "Connection refused"
"port" false 22
"family" false 711
"bind" false 98 "Address already in use" false 22
"one connects after all" true 0 ""
"path" false 2 false 36
"Swoole\\Exception" "new Socket() failed. Error: Address family not supported by protocol [97]" 97
"io_vector[1] must be a string" 22
"io_vector[1] must be an int above 0"
"the constructor of Swoole\\Coroutine\\Socket was not called"
