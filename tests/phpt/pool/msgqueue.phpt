--TEST--
Process\Pool: messages by a System V queue, which Swoole\Process::push() fills; what nobody has taken stays in it (row 77)
--FILE--
<?php
require __DIR__ . '/pool.inc';

$key = 0x61000000 + getmypid();
$queue = new Swoole\Process(fn() => 1);
$queue->useQueue($key);
$make = function () use ($key) {
    $pool = new Swoole\Process\Pool(2, SWOOLE_IPC_MSGQUEUE, $key);
    $pool->on('Message', function ($pool, $data) {
        note("got $data");
        $data === 'end' && $pool->shutdown();
    });
    $pool->on('WorkerStart', fn($pool, $id) => note("begin $id"));
    return $pool;
};
try {
    $queue->push('before');
    $pool = pool($make);
    $pool->await('/^got before/');
    $pool->await('/^begin/', 2);
    foreach (range(1, 20) as $n) {
        $queue->push("m$n");
        $pool->await("/^got m$n$/");
    }
    $begin = microtime(true);
    echo 'status ', $pool->stop(), microtime(true) - $begin < 2 ? ' at once' : ' late', "\n";
    echo substr_count($pool->notes(), 'got'), "\n";
    $queue->push('stays');
    echo json_encode($queue->statQueue()), "\n";
    $pool = pool($make);
    $pool->await('/^got stays/');
    $queue->push('end');
    echo 'status ', $pool->wait(), "\n";
} finally {
    $queue->freeQueue();
}
?>
--EXPECT--
status 0 at once
21
{"queue_num":1,"queue_bytes":5}
status 0
