--TEST--
A server answers, in both modes and over IPv4, IPv6 and a Unix socket
--SKIPIF--
<?php if (!@stream_socket_server('tcp://[::1]:0')) echo 'skip no IPv6'; ?>
--FILE--
<?php
require __DIR__ . '/../include/serve.php';

foreach ([SWOOLE_BASE => 'BASE', SWOOLE_PROCESS => 'PROCESS'] as $mode => $name) {
    foreach ([['127.0.0.1', SWOOLE_SOCK_TCP], ['::1', SWOOLE_SOCK_TCP6], [sys_get_temp_dir() . '/swoole-rs-' . getmypid(), SWOOLE_SOCK_UNIX_STREAM]] as [$host, $type]) {
        $served = serve(function () use ($host, $mode, $type) {
            $server = new Swoole\Server($host, 0, $mode, $type);
            $server->set(['log_level' => SWOOLE_LOG_WARNING]);
            $server->on('Receive', fn(Swoole\Server $server, int $fd, int $reactor, string $data) => $server->send($fd, strrev($data)));
            return $server;
        });
        $client = new Swoole\Client($type);
        $client->connect($host, $served->port, PATIENCE);
        $client->send('abc');
        echo "$name: ", $client->recv(), ' ', ($served->port > 0) === ($type !== SWOOLE_SOCK_UNIX_STREAM) ? 'port' : 'no port';
        $client->close();
        echo ', status ', $served->stop(), is_file($host) ? ", left $host" : '', "\n";
    }
}
?>
--EXPECT--
BASE: cba port, status 0
BASE: cba port, status 0
BASE: cba port, status 0
PROCESS: cba port, status 0
PROCESS: cba port, status 0
PROCESS: cba port, status 0
