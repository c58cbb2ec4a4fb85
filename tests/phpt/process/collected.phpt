--TEST--
Swoole\Process::wait() in a manager takes the status of a worker: the server goes on, and replaces the worker
--FILE--
<?php
require __DIR__ . '/../include/serve.php';
use Swoole\Process;

foreach ([SWOOLE_PROCESS, SWOOLE_BASE] as $mode) {
    $served = serve(function () use ($mode) {
        $server = new Swoole\Server('127.0.0.1', 0, $mode);
        $server->set(['worker_num' => 2, 'log_level' => SWOOLE_LOG_NONE]);
        $server->on('ManagerStart', fn() => Swoole\Timer::after(1, function () {
            note('the manager waits');
            note('it was told of ' . Process::wait()['pid']);
        }));
        $server->on('WorkerStart', fn($server, $id) => note("worker $id is " . getmypid()));
        $server->on('Receive', fn($server, $fd) => $server->send($fd, 'from worker ' . $server->worker_id));
        return $server;
    });
    $served->await('/^worker/', 2);
    $served->await('/waits$/');
    preg_match('/^worker 0 is (\d+)/m', $served->notes(), $m);
    signal((int) $m[1], 'KILL');
    $served->await("/^it was told of $m[1]$/");
    $served->await('/^worker 0/', 2);
    $client = $served->connect();
    $client->send('hello');
    echo preg_replace('/\d/', 'N', $client->recv()), ', status ', $served->stop(), "\n";
}
?>
--EXPECT--
from worker N, status 0
from worker N, status 0
