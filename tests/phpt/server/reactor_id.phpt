--TEST--
The reactor's number: in PROCESS the thread that owns the connection, in BASE the worker; -1 in Close when the server closed (row 17)
--FILE--
<?php
require __DIR__ . '/../include/serve.php';

foreach ([SWOOLE_BASE => 'BASE', SWOOLE_PROCESS => 'PROCESS'] as $mode => $name) {
    $served = serve(function () use ($mode) {
        $server = new Swoole\Server('127.0.0.1', 0, $mode);
        $server->set(['worker_num' => 2, 'reactor_num' => 2, 'log_level' => SWOOLE_LOG_ERROR]);
        $seen = [];
        $check = function (string $event, int $fd, int $reactor) use ($server, $mode, &$seen) {
            $seen[$fd] ??= $reactor;
            $info = $server->getClientInfo($fd)['reactor_id'];
            $ok = $reactor === $seen[$fd] && $reactor === $info && ($mode === SWOOLE_PROCESS ? $reactor < 2 : $reactor === $server->worker_id);
            $ok || note("$event of $fd: $reactor, before {$seen[$fd]}, info $info, worker $server->worker_id");
        };
        $server->on('Connect', fn($server, $fd, $reactor) => $check('Connect', $fd, $reactor));
        $server->on('Receive', function (Swoole\Server $server, int $fd, int $reactor, string $data) use ($check) {
            $check('Receive', $fd, $reactor);
            note("$fd by $reactor");
            $data === 'close' ? $server->close($fd) : $server->send($fd, "$reactor");
        });
        $server->on('Close', function ($server, $fd, $reactor) use ($check) {
            $reactor === -1 ? note('Close -1') : $check('Close', $fd, $reactor) ?? note('Close as before');
        });
        return $server;
    });
    $reactors = [];
    $clients = [];
    for ($i = 0; $i < 4; $i++) {
        $clients[] = $client = $served->connect();
        $client->send('?');
        $reactors[] = (int) $client->recv();
    }
    // In PROCESS a new connection goes to the reactor that has the fewest.
    echo "$name: ", $mode === SWOOLE_PROCESS ? implode(',', array_count_values($reactors)) : 'workers', "\n";
    $clients[0]->close();
    $served->await('/^Close as before/');
    $clients[1]->send('close');
    $served->await('/^Close -1/');
    echo 'status ', $served->stop('TERM'), "\n";
    echo implode("\n", array_unique(preg_grep('/^\d+ by [01]$/', explode("\n", trim($served->notes())), PREG_GREP_INVERT))), "\n";
}
?>
--EXPECT--
BASE: workers
status 0
Close as before
Close -1
PROCESS: 2,2
status 0
Close as before
Close -1
