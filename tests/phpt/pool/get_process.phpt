--TEST--
Process\Pool: getProcess(): pid, id, pipe; the pipe between workers, as a coroutine's socket too; exec() in a worker
--FILE--
<?php
require __DIR__ . '/pool.inc';

use Swoole\Process;

$pool = pool(function () {
    $pool = new Process\Pool(2, SWOOLE_IPC_UNIXSOCK, 0, true);
    $pool->on('Start', function ($pool) {
        set_error_handler(fn($level, $text) => note("master: $text") || true);
        note('master ' . json_encode([$pool->getProcess() === false, $pool->getProcess(2), $pool->getProcess(0)->pid === children(getmypid())[0]]));
    });
    $pool->on('WorkerStart', function (Process\Pool $pool, int $id) {
        $own = $pool->getProcess();
        $other = $pool->getProcess(1 - $id);
        note("$id " . json_encode([
            $own->pid === getmypid(), $own->id, $own === $pool->getProcess($id), is_int($own->pipe), $other->id,
            $other->pid === (int) $other->pid && $other->pid !== getmypid(), array_keys($pool->workers),
        ]));
        if ($id === 0) {
            note('0 reads ' . $own->read());
            $own->write('answer');
        } else {
            $other->write('question');
            note('1 reads ' . $other->read());
        }
        Swoole\Coroutine::sleep(10);
    });
    $pool->on('WorkerExit', function () {
        foreach (Swoole\Coroutine::list() as $cid) {
            Swoole\Coroutine::cancel($cid);
        }
    });
    return $pool;
});
$pool->await('/reads/', 2);
$pool->await('/^master \[/');
echo 'status ', $pool->stop(), "\n", sorted($pool);

$pool = pool(function () {
    $pool = new Process\Pool(2, SWOOLE_IPC_UNIXSOCK, 0, true);
    $pool->on('WorkerStart', function (Process\Pool $pool, int $id) {
        $socket = $pool->getProcess(0)->exportSocket();
        if ($id === 0) {
            note('0 receives ' . $socket->recv());
            $socket->send('yes');
        } else {
            $socket->send('there?');
            note('1 receives ' . $socket->recv());
            $pool->shutdown();
        }
        while ($pool->workerRunning) {
            Swoole\Coroutine::sleep(0.005);
        }
    });
    return $pool;
});
echo 'status ', $pool->wait(), "\n", sorted($pool);

$pool = pool(function () {
    $pool = new Process\Pool(1);
    $pool->on('WorkerStart', fn($pool) => $pool->getProcess()->exec('/bin/sh', ['-c', 'echo executed >> ' . escapeshellarg(getenv('SWOOLE_NOTES')) . '; exec sleep 100']));
    return $pool;
});
$pool->await('/^executed/');
[$worker] = children($pool->pid);
echo 'status ', $pool->stop('KILL'), "\n";
wait_for(fn() => !is_alive($worker), 'the program to end with the master');
?>
--EXPECT--
status 0
0 [true,0,true,true,1,true,[0,1]]
0 reads question
1 [true,1,true,true,0,true,[1,0]]
1 reads answer
master [true,false,true]
master: Swoole\Process\Pool::getProcess(): worker#-1 not found: the workers of this pool are 0 to 1
master: Swoole\Process\Pool::getProcess(): worker#2 not found: the workers of this pool are 0 to 1
start() null
status 0
0 receives there?
1 receives yes
start() null
status -9
