--TEST--
Process\Pool: a client sees the end of its answer though a child that the callback has started still runs (row 77)
--FILE--
<?php
require __DIR__ . '/pool.inc';
$gate = tempnam(sys_get_temp_dir(), 'gate');
$path = sys_get_temp_dir() . '/pool-' . getmypid() . '.sock';
$pool = pool(function () use ($gate, $path) {
    $pool = new Swoole\Process\Pool(1, SWOOLE_IPC_SOCKET);
    $pool->on('Message', function ($pool, $data) use ($gate) {
        $child = new Swoole\Process(function () use ($gate) {
            wait_for(fn() => file_get_contents($gate) !== '', 'the gate');
            note('child ends');
        });
        $child->start();
        $pool->write("answer to $data");
    });
    $pool->listen("unix:$path");
    $pool->on('Start', fn() => note('started'));
    return $pool;
});
$pool->await('/^started/');
$begin = microtime(true);
echo ask("unix://$path", 'question'), microtime(true) - $begin < PATIENCE / 2 ? ' at once' : ' late', "\n";
file_put_contents($gate, 'open');
$pool->await('/^child ends/');
echo 'status ', $pool->stop(), "\n";
unlink($gate);
?>
--EXPECT--
answer to question at once
status 0
