--TEST--
Process\Pool: one after the other, in a Process, and with a Process in a worker that runs a pool of its own
--FILE--
<?php
use Swoole\Process;
use Swoole\Process\Pool;

function run(string $name, ?callable $more = null): void
{
    $pool = new Pool(1);
    $pool->on('WorkerStart', function (Pool $pool) use ($name, $more) {
        $process = new Process(function () use ($name, $more) {
            echo "$name: a process of the worker\n";
            $more && $more();
        });
        $process->start();
        echo "$name: " . json_encode(array_slice(Process::wait(), 1)) . "\n";
        $pool->shutdown();
        while ($pool->workerRunning) {
            usleep(1000);
        }
    });
    echo "$name: " . json_encode($pool->start()) . "\n";
}

run('first', fn() => run('inner'));
run('second');
$process = new Process(fn() => run('third'));
$process->start();
echo json_encode(array_slice(Process::wait(), 1)), "\n";

// A pool that its callbacks hold is garbage when nobody else does.
gc_collect_cycles();
$pool = new Pool(1);
$pool->on('WorkerStart', fn() => $pool);
$pool = null;
var_dump(gc_collect_cycles() > 0);
?>
--EXPECT--
first: a process of the worker
inner: a process of the worker
inner: {"code":0,"signal":0}
inner: null
first: {"code":0,"signal":0}
first: null
second: a process of the worker
second: {"code":0,"signal":0}
second: null
third: a process of the worker
third: {"code":0,"signal":0}
third: null
{"code":0,"signal":0}
bool(true)
