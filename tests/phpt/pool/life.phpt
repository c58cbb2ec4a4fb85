--TEST--
Process\Pool: which callback runs where and with what, properties, start() (row 76)
--FILE--
<?php
require __DIR__ . '/pool.inc';

final class Mine extends Swoole\Process\Pool
{
    public string $own = 'mine';
}

$pool = pool(function () {
    $pool = new Mine(2, SWOOLE_IPC_UNIXSOCK);
    $started = getmypid();
    $who = fn(Mine $p) => json_encode([
        getmypid() === $started ? 'master' : 'worker', $p->own, $p->master_pid === $started, $p->workerPid === getmypid(), $p->workerId, $p->running,
        $p->workerRunning,
    ]);
    foreach (['start', 'Shutdown', 'WORKERSTART', 'WorkerStop', 'WorkerExit'] as $event) {
        $pool->on($event, fn($p, ...$arguments) => note(strtolower($event) . ' ' . json_encode($arguments) . ' ' . $who($p)));
    }
    $pool->on('Message', fn($p, $data) => note("message $data " . $who($p)));
    note('before ' . json_encode([$pool->master_pid, $pool->workerPid, $pool->workerId, $pool->workers]));
    return $pool;
});
$pool->await('/^workerstart/', 2);
$pool->await('/^start /');
echo 'status ', $pool->stop(), "\n";
$lines = explode("\n", trim($pool->notes()));
[$before] = array_splice($lines, 0, 1);
$last = array_splice($lines, -2);
sort($lines);
echo "$before\n", implode("\n", [...$lines, ...$last]), "\n";
?>
--EXPECT--
status 0
before [-1,-1,-1,null]
start [] ["master","mine",true,false,-1,true,true]
workerstart [0] ["worker","mine",true,true,0,true,true]
workerstart [1] ["worker","mine",true,true,1,true,true]
workerstop [0] ["worker","mine",true,true,0,true,false]
workerstop [1] ["worker","mine",true,true,1,true,false]
shutdown [] ["master","mine",true,false,-1,false,true]
start() null
