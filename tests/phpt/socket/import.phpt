--TEST--
Coroutine\Socket::import(): streams, and what is none
--FILE--
<?php
require __DIR__ . '/put.inc';
use Swoole\Coroutine\Socket;
$server = stream_socket_server('tcp://127.0.0.1:0');
Co\run(function () use ($server) {
    $socket = Socket::import($server);
    put(get_class($socket), $socket->domain, $socket->type, $socket->protocol, $socket->fd !== -1);
    $port = $socket->getsockname()['port'];
    go(function () use ($socket) {
        $peer = $socket->accept();
        $peer->send(strrev($peer->recv()));
    });
    $client = new Socket(2, 1, 0);
    put($client->connect('127.0.0.1', $port), $client->send('abc'), $client->recv());

    [$one, $other] = stream_socket_pair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0);
    $imported = Socket::import($one);
    $done = new Chan;
    $reader = go(fn() => $done->push($imported->recv()));
    put($imported->getBoundCid(SWOOLE_EVENT_READ) === $reader);
    fwrite($other, 'hello');
    put($done->pop());
    fclose($one);
    put($imported->send('still open'), fread($other, 100));
    put($imported->close(), fread($other, 100), feof($other));

    put(@Socket::import(fopen('php://memory', 'r')), error_get_last()['message']);
    put(@Socket::import(fopen(__FILE__, 'r')), error_get_last()['message']);
    foreach ([$one, 1, 'x', new stdClass, null] as $wrong) {
        try {
            Socket::import($wrong);
        } catch (TypeError $error) {
            put($error->getMessage());
        }
    }
});
?>
--EXPECT--
"Swoole\\Coroutine\\Socket" 2 1 6 true
true 3 "cba"
true
"hello"
10 "still open"
true "" true
false "Swoole\\Coroutine\\Socket::import(): there is no socket behind it"
false "Swoole\\Coroutine\\Socket::import(): it is no socket that can be used: Socket operation on non-socket"
"Swoole\\Coroutine\\Socket::import(): supplied resource is not a valid stream resource"
"Swoole\\Coroutine\\Socket::import(): Argument #1 ($stream) must be a stream or a Socket"
"Swoole\\Coroutine\\Socket::import(): Argument #1 ($stream) must be a stream or a Socket"
"Swoole\\Coroutine\\Socket::import(): Argument #1 ($stream) must be a stream or a Socket"
"Swoole\\Coroutine\\Socket::import(): Argument #1 ($stream) must be a stream or a Socket"
