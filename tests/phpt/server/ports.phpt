--TEST--
Several ports: each with its own callbacks, the server's where it has none
--FILE--
<?php
require __DIR__ . '/../include/serve.php';

foreach ([SWOOLE_BASE, SWOOLE_PROCESS] as $mode) {
    $served = serve(function () use ($mode) {
        $server = new Swoole\Server('127.0.0.1', 0, $mode);
        $server->set(['log_level' => SWOOLE_LOG_NONE]);
        $own = $server->listen('127.0.0.1', 0, SWOOLE_SOCK_TCP);
        $servers = $server->listen('127.0.0.1', 0, SWOOLE_SOCK_TCP);
        $own->on('Receive', fn($server, $fd, $reactor, $data) => $server->send($fd, "own $data"));
        $server->on('Receive', fn($server, $fd, $reactor, $data) => $server->send($fd, "server's $data"));
        $server->on('Start', fn() => note("ports $own->port $servers->port"));
        return $server;
    });
    preg_match('/^ports (\d+) (\d+)/m', $served->notes(), $ports);
    foreach ([$served->port, $ports[1], $ports[2]] as $port) {
        $client = new Swoole\Client(SWOOLE_SOCK_TCP);
        $client->connect('127.0.0.1', (int) $port, PATIENCE);
        $client->send('data');
        echo $client->recv(), "\n";
    }
    echo 'status ', $served->stop(), "\n";
}
?>
--EXPECT--
server's data
own data
server's data
status 0
server's data
own data
server's data
status 0
