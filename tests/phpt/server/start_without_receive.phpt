--TEST--
start() without a Receive callback is fatal (row 10)
--FILE--
<?php
register_shutdown_function(fn() => print("shutdown functions run\n"));
$server = new Swoole\Server('127.0.0.1', 0);
try {
    $server->start();
} catch (Throwable $e) {
    echo "can be caught\n";
}
echo "goes on\n";
?>
--EXPECTF--
Fatal error: Swoole\Server::start(): require onReceive callback in %s on line %d
shutdown functions run
