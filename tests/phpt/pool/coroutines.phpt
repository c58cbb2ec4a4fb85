--TEST--
Process\Pool: coroutine mode: WorkerStart in cid 1, Message in coroutines, WorkerExit while something is left (row 77)
--FILE--
<?php
require __DIR__ . '/pool.inc';

use Swoole\Coroutine;
use Swoole\Process;

// WorkerExit clears what would hold the worker.
$pool = pool(function () {
    $pool = new Process\Pool(1, SWOOLE_IPC_UNIXSOCK, 0, true);
    $pool->on('WorkerStart', function ($pool, $id) {
        note('start in ' . Coroutine::getCid());
        Swoole\Timer::tick(10, fn() => 1);
        Coroutine::sleep(0.01);
        note('slept');
    });
    $pool->on('Message', function ($pool, $data) {
        note("$data in " . Coroutine::getCid());
        if ($data === 'slow') {
            Coroutine::sleep(0.05);
            note('slow has slept');
            $pool->sendMessage('next', 0);
        }
    });
    $pool->on('WorkerExit', function ($pool, $id) {
        note("exit $id in " . Coroutine::getCid());
        Swoole\Timer::clearAll();
    });
    $pool->on('WorkerStop', fn($pool, $id) => note('stop in ' . Coroutine::getCid()));
    $pool->on('Start', function ($pool) {
        $pool->sendMessage('slow', 0);
        $pool->sendMessage('quick', 0);
    });
    return $pool;
});
$pool->await('/^next/');
$pool->await('/^slept/');
echo 'status ', $pool->stop(), "\n";
$lines = explode("\n", trim($pool->notes()));
echo preg_replace('/^(slow|quick|next) in \d+$/m', '$1 in another', implode("\n", array_values(array_diff($lines, ['slept'])))), "\n";

// Nothing is left: it ends, and begins anew. Process::signal() hears SIGTERM as well; a coroutine that looks at it ends.
$pool = pool(function () {
    $pool = new Process\Pool(2);
    $pool->set(['enable_coroutine' => true]);
    $pool->on('WorkerStart', function ($pool, $id) {
        if ($id === 0) {
            note('again');
            return;
        }
        $runs = true;
        Process::signal(SIGTERM, function ($signal) use (&$runs) {
            note("signal $signal");
            $runs = false;
        });
        note('loops');
        while ($runs) {
            Coroutine::sleep(0.005);
        }
        note('loop ends');
    });
    return $pool;
});
$pool->await('/^again/', 5);
$pool->await('/^loops/');
echo 'status ', $pool->stop(), "\n";
echo implode("\n", array_values(array_diff(explode("\n", trim($pool->notes())), ['again']))), "\n";

// What nobody catches ends the worker with 255, when the others have come to their end.
$pool = pool(function () {
    ini_set('display_errors', '0');
    fclose(STDOUT);
    $GLOBALS['stdout'] = fopen('/dev/null', 'a');
    $pool = new Process\Pool(1, SWOOLE_IPC_UNIXSOCK, 0, true);
    $pool->on('Message', function ($pool, $data) {
        note("$data begins");
        if ($data === 'throws') {
            throw new RuntimeException('on purpose');
        }
        Coroutine::sleep(0.05);
        note("$data ends");
    });
    $pool->on('Start', fn($pool) => array_map(fn($data) => $pool->sendMessage($data, 0), ['first', 'throws', 'second']));
    return $pool;
});
$pool->await('/^second ends/');
echo 'status ', $pool->stop(), "\n", $pool->notes();
?>
--EXPECT--
status 0
start in 1
slow in another
quick in another
slow has slept
next in another
exit 0 in -1
stop in -1
start() null
status 0
loops
signal 15
loop ends
start() null
status 0
first begins
throws begins
first ends
second begins
second ends
start() null
