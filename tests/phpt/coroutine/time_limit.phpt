--TEST--
setTimeLimit(): a coroutine that waits or computes for too long gets an exception, once
--FILE--
<?php
use Swoole\Coroutine;
use Swoole\Coroutine\Channel;
use Swoole\Coroutine\TimeoutException;
function limited(string $name, callable $work): void
{
    $start = microtime(true);
    var_dump(Coroutine::setTimeLimit(0.05));
    try {
        $work();
        echo "$name is in time\n";
    } catch (TimeoutException $e) {
        echo "$name: {$e->getMessage()} ({$e->getCode()}), ", microtime(true) - $start >= 0.05 ? 'not before' : 'too early', "\n";
    }
}
Co\run(function () {
    limited('a sleep', fn() => Coroutine::sleep(60));
    var_dump(swoole_last_error(), Coroutine::isCanceled());
    limited('an empty channel', fn() => (new Channel)->pop());
    limited('yield', fn() => Coroutine::yield());
    limited('a loop', function () { while (true) {} });
    limited('array_map', fn() => array_map(function () { while (true) {} }, [1]));
    limited('a Fiber', fn() => (new Fiber(function () { while (true) {} }))->start());
    limited('who has lifted it', function () { Coroutine::setTimeLimit(0); Coroutine::sleep(0.1); });
    // each coroutine has its own
    go(function () {
        Coroutine::setTimeLimit(0.02);
        try {
            while (true) {
                Coroutine::sleep(0.001);
            }
        } finally {
            Coroutine::sleep(0.03);
            echo "a finally block may wait\n";
        }
    }) && Coroutine::sleep(0.5);
    echo "not reached\n";
});
--EXPECTF--
bool(true)
a sleep: the coroutine has not ended within its time limit of 0.05 s (10018), not before
int(10018)
bool(false)
bool(true)
an empty channel: the coroutine has not ended within its time limit of 0.05 s (10018), not before
bool(true)
yield: the coroutine has not ended within its time limit of 0.05 s (10018), not before
bool(true)
a loop: the coroutine has not ended within its time limit of 0.05 s (10018), not before
bool(true)
array_map: the coroutine has not ended within its time limit of 0.05 s (10018), not before
bool(true)
a Fiber: the coroutine has not ended within its time limit of 0.05 s (10018), not before
bool(true)
who has lifted it is in time
a finally block may wait

Fatal error: Uncaught Swoole\Coroutine\TimeoutException: the coroutine has not ended within its time limit of 0.02 s in %s
Stack trace:
%A
  thrown in %s on line %d
