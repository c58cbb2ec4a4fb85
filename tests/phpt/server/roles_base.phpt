--TEST--
BASE with two workers: the process that called start() is the manager, Start and BeforeShutdown run in worker 0 (row 13)
--FILE--
<?php
require __DIR__ . '/../include/serve.php';

$served = serve(function () {
    $server = new Swoole\Server('127.0.0.1', 0, SWOOLE_BASE);
    $server->set(['worker_num' => 2, 'log_level' => SWOOLE_LOG_ERROR]);
    $started = getmypid();
    foreach (['Start', 'BeforeShutdown', 'Shutdown', 'ManagerStart', 'ManagerStop', 'WorkerStart', 'WorkerStop'] as $event) {
        $server->on($event, fn($s, ...$arguments) => note("$event " . json_encode($arguments) . ' in ' . match (getmypid()) {
            $started => 'the first process',
            $s->getWorkerPid(0) => 'worker 0',
            $s->getWorkerPid(1) => 'worker 1',
        } . ($s->getManagerPid() === $started && $s->getMasterPid() === $s->getWorkerPid(0) ? '' : ', pids wrong')));
    }
    $server->on('Receive', fn() => null);
    return $server;
});
$served->await('/^WorkerStart/', 2);
$served->await('/^ManagerStart/');
echo 'status ', $served->stop(), "\n";
$lines = explode("\n", trim($served->notes()));
sort($lines);
echo implode("\n", $lines), "\n";
?>
--EXPECT--
status 0
BeforeShutdown [] in worker 0
ManagerStart [] in the first process
ManagerStop [] in the first process
Shutdown [] in the first process
Start [] in worker 0
WorkerStart [0] in worker 0
WorkerStart [1] in worker 1
WorkerStop [0] in worker 0
WorkerStop [1] in worker 1
