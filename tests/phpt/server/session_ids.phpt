--TEST--
Session ids are 1, 2, 3, ... for the whole server, in the order of accepting, over reloads too, and are never used again (row 31)
--FILE--
<?php
require __DIR__ . '/../include/serve.php';

foreach ([SWOOLE_BASE => 'BASE', SWOOLE_PROCESS => 'PROCESS'] as $mode => $name) {
    $served = serve(function () use ($mode) {
        $server = new Swoole\Server('127.0.0.1', 0, $mode);
        $server->set(['worker_num' => 2, 'reactor_num' => 2, 'log_level' => SWOOLE_LOG_ERROR]);
        $server->on('WorkerStart', fn() => note('WorkerStart'));
        $server->on('WorkerStop', fn() => note('WorkerStop'));
        $server->on('Receive', fn(Swoole\Server $server, int $fd) => $server->send($fd, "$fd"));
        return $server;
    });
    $served->await('/^WorkerStart/', 2);
    $ids = [];
    $connect = function (int $count) use ($served, $mode, &$ids) {
        $clients = [];
        for ($i = 0; $i < $count; $i++) {
            $clients[] = $client = $served->connect();
            // In BASE two workers may accept two that wait at the same time in any order.
            if ($mode === SWOOLE_BASE) {
                $client->send('?');
                $ids[] = $client->recv();
            }
        }
        foreach ($mode === SWOOLE_PROCESS ? $clients : [] as $client) {
            $client->send('?');
            $ids[] = $client->recv();
        }
        return $clients;
    };
    $connect(3); // and they close
    $kept = $connect(3);
    $served->signal('USR1');
    $served->await('/^WorkerStart/', 4);
    $served->await('/^WorkerStop/', 2);
    $connect(4);
    echo "$name: ", implode(' ', $ids), ', status ', $served->stop(), "\n";
}
?>
--EXPECT--
BASE: 1 2 3 4 5 6 7 8 9 10, status 0
PROCESS: 1 2 3 4 5 6 7 8 9 10, status 0
