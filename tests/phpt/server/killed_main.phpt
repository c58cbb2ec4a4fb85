--TEST--
The process that called start() is killed: all others end well, with WorkerStop, and the port is free (row 51)
--FILE--
<?php
require __DIR__ . '/../include/serve.php';

foreach ([SWOOLE_BASE => 'BASE', SWOOLE_PROCESS => 'PROCESS'] as $mode => $name) {
    $served = serve(function () use ($mode) {
        $server = new Swoole\Server('127.0.0.1', 0, $mode);
        $server->set(['worker_num' => 2, 'log_level' => SWOOLE_LOG_NONE]);
        foreach (['WorkerStart', 'WorkerStop', 'WorkerError', 'ManagerStart', 'ManagerStop', 'BeforeShutdown', 'Shutdown'] as $event) {
            $server->on($event, fn() => note("$event " . getmypid()));
        }
        $server->on('Receive', fn(Swoole\Server $server, int $fd) => $server->send($fd, 'served'));
        return $server;
    });
    $served->await('/^WorkerStart/', 2);
    $served->await('/^ManagerStart/');
    $client = $served->connect();
    $client->send('?');
    echo "$name: ", $client->recv(), ', status ', $served->stop('KILL'), ', the client sees ', json_encode(@$client->recv()), "\n";
    preg_match_all('/ (\d+)$/m', $served->notes(), $pids);
    foreach (array_unique($pids[1]) as $pid) {
        wait_for(fn() => !is_alive((int) $pid), 'all processes to end');
    }
    $again = @stream_socket_server("tcp://127.0.0.1:$served->port");
    echo 'the port is ', $again ? 'free' : 'taken', "\n";
    $counts = array_count_values(preg_replace('/ \d+$/', '', explode("\n", trim($served->notes()))));
    ksort($counts);
    echo json_encode($counts), "\n";
}
?>
--EXPECT--
BASE: served, status -9, the client sees ""
the port is free
{"BeforeShutdown":1,"ManagerStart":1,"WorkerStart":2,"WorkerStop":2}
PROCESS: served, status -9, the client sees ""
the port is free
{"ManagerStart":1,"ManagerStop":1,"WorkerStart":2,"WorkerStop":2}
