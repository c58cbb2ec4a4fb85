--TEST--
PROCESS: which callback runs in which process, and what each knows of itself (rows 12, 16 and 28)
--FILE--
<?php
require __DIR__ . '/../include/serve.php';

$served = serve(function () {
    $server = new Swoole\Server('127.0.0.1', 0, SWOOLE_PROCESS);
    $server->set(['worker_num' => 2, 'log_level' => SWOOLE_LOG_ERROR]);
    $started = getmypid();
    $who = function (Swoole\Server $s) use ($started) {
        $role = match (getmypid()) {
            $started => 'master',
            $s->getManagerPid() => 'manager',
            $s->getWorkerPid(0) => 'worker 0',
            $s->getWorkerPid(1) => 'worker 1',
        };
        $known = $s->getMasterPid() === $started && $s->master_pid === $started && $s->manager_pid === $s->getManagerPid();
        $self = json_encode([$s->getWorkerId(), $s->worker_id, $s->worker_pid === getmypid(), $s->getWorkerPid() === getmypid()]);
        return "in $role " . ($known ? '' : 'pids wrong ') . $self;
    };
    foreach (['Start', 'BeforeShutdown', 'Shutdown', 'ManagerStart', 'ManagerStop', 'WorkerStart', 'WorkerStop'] as $event) {
        $server->on($event, fn($s, ...$arguments) => note("$event " . json_encode($arguments) . ' ' . $who($s)));
    }
    $server->on('Receive', fn($s, $fd, $reactor, $data) => $s->send($fd, $who($s)));
    return $server;
});
$served->await('/^WorkerStart/', 2);
$served->await('/^ManagerStart/');
$client = $served->connect();
$client->send('?');
echo preg_replace('/\d/', 'N', $client->recv()), "\n";
$client->close();
echo 'status ', $served->stop(), "\n";
$lines = explode("\n", trim($served->notes()));
$stop = array_search('BeforeShutdown', array_map(fn($line) => strtok($line, ' '), $lines));
$begin = array_slice($lines, 0, $stop);
$end = array_slice($lines, $stop);
sort($begin); // these come in any order
$stops = array_splice($end, 1, 2);
sort($stops);
echo implode("\n", [...$begin, $end[0], ...$stops, ...array_slice($end, 1)]), "\n";
?>
--EXPECT--
in worker N [N,N,true,true]
status 0
ManagerStart [] in manager [false,-1,false,true]
Start [] in master [false,-1,false,true]
WorkerStart [0] in worker 0 [0,0,true,true]
WorkerStart [1] in worker 1 [1,1,true,true]
BeforeShutdown [] in master [false,-1,false,true]
WorkerStop [0] in worker 0 [0,0,true,true]
WorkerStop [1] in worker 1 [1,1,true,true]
ManagerStop [] in manager [false,-1,false,true]
Shutdown [] in master [false,-1,false,true]
