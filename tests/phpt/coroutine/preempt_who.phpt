--TEST--
The preemptive scheduler: who turns it on and off, cancel() and isCanceled() of one that lacks its turn, the helper thread
--FILE--
<?php
use Swoole\Coroutine;

function others_run(): bool
{
    $others = false;
    $until = microtime(true) + 0.25;
    go(function () use (&$others) { Coroutine::sleep(0.001); $others = true; });
    while (!$others && microtime(true) < $until) {
    }
    return $others;
}
function threads(): int { return count(glob('/proc/self/task/*')); }

Co\run(function () { var_dump(others_run(), threads()); });
ini_set('swoole.enable_preemptive_scheduler', '1');
Co\run(function () { var_dump(others_run(), threads()); });
Coroutine::set(['enable_preemptive_scheduler' => false]);
Co\run(function () { var_dump(others_run(), threads()); });
var_dump(Coroutine::enableScheduler(), Coroutine::enableScheduler());
Co\run(function () {
    var_dump(others_run(), threads());
    var_dump(Coroutine::disableScheduler(), Coroutine::disableScheduler());
    var_dump(others_run(), threads());
    Coroutine::join([go(function () { var_dump(others_run()); })]);
    var_dump(Coroutine::enableScheduler(), Coroutine::enableScheduler());
    var_dump(others_run());
});

echo "one that lacks its turn\n";
Co\run(function () {
    $stop = false;
    $waited = go(function () use (&$stop) {
        var_dump(Coroutine::yield(), Coroutine::isCanceled());
        while (!$stop) {
        }
        var_dump(Coroutine::isCanceled());
    });
    Coroutine::cancel($waited);
    // it was suspended in its loop, or we would not be here
    var_dump(Coroutine::cancel($waited), @Coroutine::resume($waited), Coroutine::exists($waited));
    var_dump(array_column(Coroutine::getBackTrace($waited), 'function'));
    var_dump(Coroutine::getContext($waited) !== null);
    $stop = true;
    var_dump(Coroutine::join([$waited]));
});

echo "a child has a thread of its own\n";
var_dump(threads());
$pid = pcntl_fork();
if ($pid === 0) {
    var_dump(threads());
    Co\run(function () { var_dump(others_run(), threads()); });
    exit;
}
pcntl_waitpid($pid, $status);
var_dump(Coroutine::disableScheduler(), threads());
--EXTENSIONS--
pcntl
--EXPECTF--
bool(false)
int(1)
bool(true)
int(2)
bool(false)
int(1)
bool(true)
bool(false)
bool(true)
int(2)
bool(true)
bool(false)
bool(false)
int(2)
bool(true)
bool(true)
bool(false)
bool(true)
one that lacks its turn
bool(false)
bool(true)
bool(false)
bool(false)
bool(true)
array(1) {
  [0]=>
  string(%d) "{closure%S}"
}
bool(true)
bool(true)
bool(true)
a child has a thread of its own
int(2)
int(1)
bool(true)
int(2)
bool(true)
int(1)
