--TEST--
Process\Pool: getProcess() of a detached worker is itself, not its successor
--FILE--
<?php
require __DIR__ . '/pool.inc';
$file = tempnam(sys_get_temp_dir(), 'pool');
$pool = pool(function () use ($file) {
    $pool = new Swoole\Process\Pool(1, SWOOLE_IPC_UNIXSOCK);
    $pool->on('WorkerStart', function ($pool) use ($file) {
        if (file_get_contents($file) === '') {
            file_put_contents($file, 'first');
            $pool->detach();
            wait_for(fn() => file_get_contents($file) === 'second', 'the successor');
            note('own: ' . json_encode($pool->getProcess()->pid === getmypid() && $pool->getProcess(0)->pid === getmypid()));
        } else {
            file_put_contents($file, 'second');
        }
    });
    $pool->on('Message', fn() => 1);
    return $pool;
});
$pool->await('/^own/');
echo 'status ', $pool->stop(), "\n", $pool->notes();
unlink($file);
?>
--EXPECT--
status 0
own: true
start() null
