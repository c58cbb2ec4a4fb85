--TEST--
Programs keep what their callbacks share in properties of their own on the server
--FILE--
<?php
require __DIR__ . '/../include/serve.php';

class MyServer extends Swoole\Server {}
foreach ([SWOOLE_BASE, SWOOLE_PROCESS] as $mode) {
    $served = serve(function () use ($mode) {
        $server = new MyServer('127.0.0.1', 0, $mode);
        $server->set(['log_level' => SWOOLE_LOG_WARNING]);
        $server->visits = new Swoole\Atomic();
        $server->on('Receive', fn($server, $fd, $reactor, $data) => $server->send($fd, $data . $server->visits->add()));
        return $server;
    });
    $client = $served->connect();
    foreach (['a', 'b'] as $text) {
        $client->send($text);
        echo $client->recv(), "\n";
    }
    $client->close();
    echo 'status ', $served->stop(), "\n";
}
?>
--EXPECT--
a1
b2
status 0
a1
b2
status 0
