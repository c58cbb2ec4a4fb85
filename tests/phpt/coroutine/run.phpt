--TEST--
Row 59: run() blocks until all is done, may be called again, and turns hooks on
--FILE--
<?php
var_dump(Swoole\Runtime::getHookFlags());
$start = microtime(true);
$done = [];
var_dump(Co\run(function (string $text) use (&$done) {
    echo "$text\n";
    for ($i = 0; $i < 3; $i++) {
        go(function () use ($i, &$done) {
            usleep(500000);
            $done[] = $i;
        });
    }
    Swoole\Timer::after(20, function () { echo "a timer\n"; });
}, 'arguments'));
echo implode(',', $done), ' ', microtime(true) - $start < 1.4 ? 'overlap' : 'one after the other', "\n";
var_dump(Swoole\Runtime::getHookFlags() === SWOOLE_HOOK_SLEEP);
var_dump(Swoole\Coroutine\run(function () { echo "again\n"; }));
Co\run(function () {
    try {
        Co\run(function () {});
    } catch (Throwable) {
    }
});
echo "not reached\n";
--EXPECTF--
int(0)
arguments
a timer
bool(true)
0,1,2 overlap
bool(true)
again
bool(true)

Fatal error: %srun(): the event loop runs already: run() cannot be called in a coroutine or a timer in %s on line %d
