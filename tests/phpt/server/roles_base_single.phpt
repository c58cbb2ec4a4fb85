--TEST--
BASE with one worker is one process: order, arguments and pids of its callbacks (rows 14, 16, 17 and 28)
--FILE--
<?php
require __DIR__ . '/../include/serve.php';

class MyServer extends Swoole\Server
{
    public string $mine = 'mine';
}

$served = serve(function () {
    $server = new MyServer('127.0.0.1', 0, SWOOLE_BASE);
    foreach (['Start', 'BeforeShutdown', 'Shutdown', 'ManagerStart', 'ManagerStop', 'BeforeReload', 'AfterReload'] as $event) {
        $server->on($event, function (...$arguments) use ($event, $server) {
            note("$event " . count($arguments) . ' ' . var_export($arguments[0] === $server && $arguments[0]->mine === 'mine', true));
        });
    }
    foreach (['WorkerStart', 'WorkerStop'] as $event) {
        $server->on($event, function ($s, ...$arguments) use ($event, $server) {
            note("$event " . json_encode($arguments));
            if ($event === 'WorkerStart') {
                note(json_encode([
                    'master' => $s->getMasterPid() === getmypid() && $s->master_pid === getmypid(),
                    'manager' => [$s->getManagerPid(), $s->manager_pid],
                    'worker' => [$s->getWorkerId(), $s->worker_id, $s->worker_pid === getmypid(), $s->taskworker],
                    'status' => $s->getWorkerStatus(),
                    'pid' => [$s->getWorkerPid() === getmypid(), $s->getWorkerPid(0) === getmypid(), $s->getWorkerPid(99)],
                ]));
            }
        });
    }
    $server->on('Connect', fn(...$arguments) => note('Connect ' . json_encode(array_slice($arguments, 1))));
    $server->on('Close', fn(...$arguments) => note('Close ' . json_encode(array_slice($arguments, 1))));
    $server->on('Receive', function (...$arguments) {
        note('Receive ' . json_encode(array_slice($arguments, 1)));
        $arguments[0]->send($arguments[1], 'answer');
        note('reload ' . var_export($arguments[0]->reload(), true));
    });
    $server->set(['log_level' => SWOOLE_LOG_ERROR]);
    return $server;
});
$first = $served->connect();
$first->send('one');
echo $first->recv(), "\n";
$first->close();
$served->await('/^Close/');
$second = $served->connect();
$served->await('/^Connect/', 2);
echo 'status ', $served->stop(), "\n", $served->notes();
?>
--EXPECT--
answer
status 0
Start 1 true
WorkerStart [0]
{"master":true,"manager":[0,0],"worker":[0,0,true,false],"status":1,"pid":[true,true,false]}
Connect [1,0]
Receive [1,0,"one"]
reload false
Close [1,0]
Connect [2,0]
BeforeShutdown 1 true
Close [2,-1]
WorkerStop [0]
Shutdown 1 true
