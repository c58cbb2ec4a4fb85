<?php
/**
 * The echo server that the table measures: php server.php base|process WORKERS REACTORS [who]
 *
 * It listens on a free port of the loopback and prints "port N" once it is being served. With "who" it answers a message of
 * just that with the worker's process id, which the worker-death run needs; the figures are taken without.
 */

[, $mode, $workers, $reactors] = $argv + [1 => 'process', 2 => '1', 3 => '1'];

$server = new Swoole\Server('127.0.0.1', 0, $mode === 'base' ? SWOOLE_BASE : SWOOLE_PROCESS);
$server->set([
    'worker_num' => (int) $workers,
    'reactor_num' => (int) $reactors,
    'enable_coroutine' => false,
    'backlog' => 4096,
    'log_level' => SWOOLE_LOG_WARNING,
]);
$server->on('Start', function ($server) {
    echo "port {$server->port}\n";
});
if (($argv[4] ?? '') === 'who') {
    $server->on('Receive', function ($server, $fd, $reactor, $data) {
        $server->send($fd, $data === 'who' ? (string) getmypid() : $data);
    });
} else {
    $server->on('Receive', function ($server, $fd, $reactor, $data) {
        $server->send($fd, $data);
    });
}
$server->start();
