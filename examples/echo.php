<?php
/**
 * A server that sends back what it receives.
 *
 * usage: php -d extension=swoole examples/echo.php [PORT [base|process]]
 */
declare(strict_types=1);

use Swoole\Server;

$mode = ($argv[2] ?? 'process') === 'base' ? SWOOLE_BASE : SWOOLE_PROCESS;
$server = new Server('127.0.0.1', (int) ($argv[1] ?? 9501), $mode);

$server->on('Start', function (Server $server) {
    echo "Listening on {$server->host}:{$server->port}, master process {$server->master_pid}\n";
});
$server->on('Receive', function (Server $server, int $fd, int $reactorId, string $data) {
    $server->send($fd, $data);
});

$server->start();
