--TEST--
Process\Pool: USR1 to the master replaces all workers, a loop that looks at workerRunning ends at once, TERM ends the pool (row 76)
--FILE--
<?php
require __DIR__ . '/pool.inc';

$pool = pool(function () {
    $pool = new Swoole\Process\Pool(2);
    $pool->on('WorkerStart', function ($pool, $id) {
        note("begin $id " . getmypid());
        while ($pool->workerRunning) {
            usleep(100000);
        }
        note("end $id " . getmypid());
    });
    $pool->on('WorkerStop', fn($pool, $id) => note("stop $id " . getmypid()));
    return $pool;
});
$pool->await('/^begin/', 2);
$before = children($pool->pid);
$pool->signal('USR1');
$pool->await('/^begin/', 4);
$after = children($pool->pid);
$pool->await('/^stop/', 2);
var_dump(count($before), count($after), array_intersect($before, $after));
$begin = microtime(true);
echo 'status ', $pool->stop(), microtime(true) - $begin < 2 ? ' at once' : ' late', "\n";
preg_match_all('/^stop \d+ (\d+)$/m', $pool->notes(), $found);
sort($found[1]);
$all = [...$before, ...$after];
sort($all);
var_dump($found[1] == $all);
foreach ($all as $pid) {
    is_alive($pid) && print "$pid lives\n";
}
?>
--EXPECTF--
[%s]	INFO	reloading 2 workers
int(2)
int(2)
array(0) {
}
status 0 at once
bool(true)
