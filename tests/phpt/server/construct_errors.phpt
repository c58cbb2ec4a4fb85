--TEST--
The constructor: what it refuses, and how (rows 1 and 3 of what Swoole does)
--FILE--
<?php
$taken = stream_socket_server('tcp://127.0.0.1:0');
$port = (int) substr(strrchr(stream_socket_get_name($taken, false), ':'), 1);

function attempt(mixed ...$arguments): void
{
    global $port;
    try {
        new Swoole\Server(...$arguments);
        echo "made\n";
    } catch (Throwable $e) {
        echo get_class($e), ' ', $e->getCode(), ': ', str_replace("$port", 'PORT', $e->getMessage()), "\n";
    }
}

attempt();
attempt('127.0.0.1', $port);
attempt('999.1.1.1', 1);
attempt('127.0.0.1', 65536);
attempt('127.0.0.1', -1);
attempt('127.0.0.1', 0, 9);
attempt('127.0.0.1', 0, SWOOLE_BASE, 99);
attempt('127.0.0.1', 0, SWOOLE_BASE, SWOOLE_SOCK_UDP);
attempt('127.0.0.1', 0, SWOOLE_BASE, SWOOLE_SOCK_TCP | SWOOLE_SSL);
attempt('127.0.0.1', 'abc');
attempt('127.0.0.1', '0');
attempt('127.0.0.1', 0);
try {
    (new ReflectionClass('Swoole\Server'))->newInstance('127.0.0.1', 0)->__construct('127.0.0.1', 0);
} catch (Swoole\Exception $e) {
    echo $e->getCode(), ': ', $e->getMessage(), "\n";
}
?>
--EXPECT--
ArgumentCountError 0: Swoole\Server::__construct() expects at least 1 argument, 0 given
Swoole\Exception 98: failed to listen server port[127.0.0.1:PORT], Error: Address already in use[98]
Swoole\Exception 0: failed to listen server port[999.1.1.1:1], Error: Success[0]
Swoole\Exception 9004: failed to listen server port[127.0.0.1:65536], Error: the port must be 0..=65535[9004]
Swoole\Exception 9004: failed to listen server port[127.0.0.1:-1], Error: the port must be 0..=65535[9004]
Error 0: invalid $mode parameters 9
Swoole\Exception 94: failed to listen server port[127.0.0.1:0], Error: Socket type not supported[94]
Swoole\Exception 505: a server for datagram sockets is known but not built yet in this version
Swoole\Exception 505: SWOOLE_SSL is known but not built yet in this version
TypeError 0: Swoole\Server::__construct(): Argument #2 ($port) must be of type int, string given
made
Swoole\Exception -3: server is running. unable to create Swoole\Server
-3: server is running. unable to create Swoole\Server
