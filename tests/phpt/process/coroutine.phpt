--TEST--
Swoole\Process: coroutines and timers in it, with and without the flag (row 75)
--FILE--
<?php
use Swoole\Process;
use Swoole\Coroutine;
use Swoole\Timer;

function run(string $what, Process $process): void
{
    echo "-- $what\n";
    $process->start();
    $status = Process::wait()['code'];
    echo "status $status\n";
}

$work = function () {
    echo 'cid ', Coroutine::getCid(), ', hooks ', Swoole\Runtime::getHookFlags(), "\n";
    go(function () {
        Coroutine::sleep(0.02);
        echo "a coroutine, at the end\n";
    });
    Timer::after(40, fn() => print "a timer, at the end\n");
    echo "the callback ends\n";
};
run('without the flag', new Process($work));
run('with the flag', new Process($work, false, 0, true));
$process = new Process($work);
$process->set(['enable_coroutine' => true]);
run('set() with it', $process);

run('waiting in the callback', new Process(function () {
    Coroutine::sleep(0.01);
    echo "waited\n";
}, false, 0, true));
run('an exception in a coroutine', new Process(fn() => go(fn() => throw new Exception('of a coroutine'))));
run('exit() in a coroutine that nobody catches', new Process(function () {
    Coroutine::sleep(0.001);
    exit(3);
}, false, 0, true));
run('exit() of the object', new Process(function (Process $process) {
    Coroutine::sleep(0.001);
    $process->exit(3);
    echo "not reached\n";
}, false, 0, true));
run('nothing will come', new Process(fn() => Coroutine::yield(), false, 0, true));

echo "-- what the parent has waiting is the parent's\n";
Timer::after(20, fn() => print "the parent's timer\n");
go(function () {
    try {
        Coroutine::sleep(0.03);
    } finally {
        echo "the parent's coroutine\n";
    }
});
run('the child', new Process(function () {
    echo 'left over: ', json_encode([Timer::list()->count(), count(iterator_to_array(Coroutine::list())), Coroutine::stats()['coroutine_num']]), "\n";
    go(fn() => print 'cid ' . Coroutine::getCid() . "\n");
    usleep(50_000);
}));
Swoole\Coroutine\run(fn() => null);
?>
--EXPECTF--
-- without the flag
cid -1, hooks 0
the callback ends
a coroutine, at the end
a timer, at the end
status 0
-- with the flag
cid 1, hooks 0
the callback ends
a coroutine, at the end
a timer, at the end
status 0
-- set() with it
cid 1, hooks 0
the callback ends
a coroutine, at the end
a timer, at the end
status 0
-- waiting in the callback
waited
status 0
-- an exception in a coroutine

Fatal error: Uncaught Exception: of a coroutine in %scoroutine.php:%d
Stack trace:
%A
  thrown in %scoroutine.php on line %d
status 255
-- exit() in a coroutine that nobody catches

Fatal error: Uncaught Swoole\ExitException: swoole exit in %scoroutine.php:%d
Stack trace:
%A
  thrown in %scoroutine.php on line %d
status 255
-- exit() of the object
status 3
-- nothing will come

===================================================================
 [FATAL ERROR]: all coroutines (count: 1) are asleep - deadlock!
===================================================================

 [Coroutine-1]
--------------------------------------------------------------------
%A
status 0
-- what the parent has waiting is the parent's
-- the child
left over: [0,0,0]
cid 1
status 0
the parent's timer
the parent's coroutine
