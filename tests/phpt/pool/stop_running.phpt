--TEST--
Process\Pool: a loop that looks at workerRunning sees its own stop()
--FILE--
<?php
require __DIR__ . '/pool.inc';
$pool = pool(function () {
    $pool = new Swoole\Process\Pool(1);
    $pool->on('WorkerStart', function ($pool) {
        for ($turns = 0; $pool->workerRunning && $turns < 100; $turns++) {
            if ($turns === 3) {
                $pool->stop();
            }
        }
        note("left after $turns");
    });
    return $pool;
});
$pool->await('/^left/', 3);
echo 'status ', $pool->stop(), "\n", implode("\n", array_slice(explode("\n", $pool->notes()), 0, 3)), "\n";
?>
--EXPECT--
status 0
left after 4
left after 4
left after 4
