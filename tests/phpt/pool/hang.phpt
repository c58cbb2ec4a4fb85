--TEST--
Process\Pool: a worker that hangs at TERM is killed after max_wait_time; a killed master takes its workers along
--FILE--
<?php
require __DIR__ . '/pool.inc';

$hanging = fn() => pool(function () {
    fclose(STDOUT);
    $GLOBALS['stdout'] = fopen('/dev/null', 'a');
    $pool = new Swoole\Process\Pool(2);
    $pool->set(['max_wait_time' => 0.4]);
    $pool->on('WorkerStart', function ($pool, $id) {
        if ($id === 1) {
            pcntl_signal(SIGTERM, SIG_IGN);
        }
        note("begin $id");
        while (true) {
            usleep(100000);
        }
    });
    $pool->on('WorkerStop', fn($pool, $id) => note("stop $id"));
    return $pool;
});
$pool = $hanging();
$pool->await('/^begin/', 2);
$workers = children($pool->pid);
$begin = microtime(true);
echo 'status ', $pool->stop(), "\n";
$took = microtime(true) - $begin;
var_dump($took >= 0.4 && $took < 3, array_filter($workers, is_alive(...)));
echo sorted($pool);

$pool = $hanging();
$pool->await('/^begin/', 2);
$workers = children($pool->pid);
echo 'status ', $pool->stop('KILL'), "\n";
wait_for(fn() => !array_filter($workers, is_alive(...)), 'the workers to end');
echo "nobody is left\n";
?>
--EXPECT--
status 0
bool(true)
array(0) {
}
begin 0
begin 1
start() null
status -9
nobody is left
