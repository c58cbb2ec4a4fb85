--TEST--
Coroutine\Socket::import(): a Socket of the extension sockets
--EXTENSIONS--
sockets
--FILE--
<?php
require __DIR__ . '/put.inc';
Co\run(function () {
    socket_create_pair(AF_UNIX, SOCK_STREAM, 0, $pair);
    $socket = Swoole\Coroutine\Socket::import($pair[0]);
    go(fn() => put($socket->recv()));
    socket_write($pair[1], 'hello');
    socket_close($pair[0]);
    try {
        Swoole\Coroutine\Socket::import($pair[0]);
    } catch (TypeError $error) {
        put($error->getMessage());
    }
});
?>
--EXPECT--
"Swoole\\Coroutine\\Socket::import(): supplied resource is not a valid stream resource"
"hello"
