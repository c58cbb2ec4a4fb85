--TEST--
Process\Pool: detach() is true once, another process takes the number, the old one lives on; stop(), shutdown() (row 76)
--FILE--
<?php
require __DIR__ . '/pool.inc';

$gate = tempnam(sys_get_temp_dir(), 'gate');
$pool = pool(function () use ($gate) {
    $pool = new Swoole\Process\Pool(1, SWOOLE_IPC_UNIXSOCK);
    $pool->on('WorkerStart', fn($pool, $id) => note("begin $id"));
    $pool->on('WorkerStop', fn($pool, $id) => note("stop $id"));
    $pool->on('Message', function ($pool, $data) use ($gate) {
        note("$data: " . json_encode(match ($data) {
            'detach' => [$pool->detach(), $pool->detach()],
            'stop' => $pool->stop(),
            'shutdown' => $pool->shutdown(),
        }));
        if ($data === 'detach') {
            note('detached ' . getmypid());
            wait_for(fn() => file_get_contents($gate) !== '', 'the gate');
        }
    });
    $pool->on('Start', function ($pool) {
        note('master: ' . json_encode($pool->detach()));
        $pool->sendMessage('detach', 0);
        $pool->sendMessage('stop', 0);
        $pool->sendMessage('shutdown', 0);
    });
    return $pool;
});
$pool->await('/^shutdown/');
echo 'status ', $pool->wait(), "\n";
preg_match('/^detached (\d+)/m', $pool->notes(), $found);
var_dump(is_alive((int) $found[1]));
file_put_contents($gate, 'open');
$pool->await('/^stop 0/', 3);
wait_for(fn() => !is_alive((int) $found[1]), 'the detached one to end');
unlink($gate);
echo preg_replace('/\d{2,}/', 'PID', sorted($pool));
?>
--EXPECT--
status 0
bool(true)
begin 0
begin 0
begin 0
detach: [true,false]
detached PID
master: false
shutdown: true
start() null
stop 0
stop 0
stop 0
stop: null
