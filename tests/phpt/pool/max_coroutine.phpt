--TEST--
Process\Pool: messages beyond max_coroutine wait until a coroutine ends, though nothing new comes (row 66)
--FILE--
<?php
require __DIR__ . '/pool.inc';
$pool = pool(function () {
    $pool = new Swoole\Process\Pool(1, SWOOLE_IPC_UNIXSOCK, 0, true);
    $pool->set(['max_coroutine' => 3]);
    $pool->on('Message', function ($pool, $data) {
        static $most = 0;
        $most = max($most, Swoole\Coroutine::stats()['coroutine_num']);
        Swoole\Coroutine::sleep(0.005);
        if ($data === '19') {
            note("at most $most at a time");
        }
    });
    $pool->on('Start', fn($pool) => array_map(fn($number) => $pool->sendMessage((string) $number, 0), range(0, 19)));
    return $pool;
});
$pool->await('/^at most/');
echo 'status ', $pool->stop(), "\n", $pool->notes();
?>
--EXPECT--
status 0
at most 3 at a time
start() null
