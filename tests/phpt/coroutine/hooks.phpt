--TEST--
Hooks: sleep functions, and what getHookFlags() tells
--FILE--
<?php
use Swoole\Runtime;
$flags = SWOOLE_HOOK_SLEEP | SWOOLE_HOOK_TCP;
var_dump(Runtime::enableCoroutine($flags), Runtime::getHookFlags() === SWOOLE_HOOK_SLEEP);
Runtime::setHookFlags($flags);
Runtime::enableCoroutine(0);
var_dump(Runtime::getHookFlags());
Co\run(function () {
    $start = microtime(true);
    $sleeps = [
        'sleep' => fn() => sleep(1),
        'usleep' => fn() => usleep(1000000),
        'time_nanosleep' => fn() => time_nanosleep(1, 0),
        'time_sleep_until' => fn() => time_sleep_until(microtime(true) + 1),
    ];
    foreach ($sleeps as $name => $sleep) {
        go(function () use ($name, $sleep, &$results) { $results[$name] = $sleep(); });
    }
    Swoole\Coroutine::sleep(1.2);
    echo json_encode($results), ' ', microtime(true) - $start < 1.8 ? 'side by side' : 'one after the other', "\n";
    try {
        sleep(-1);
    } catch (ValueError $e) {
        echo $e->getMessage(), "\n";
    }
});
--EXPECTF--
Notice: Swoole\Runtime::enableCoroutine(): of the hooks that were asked for (0x202) only SWOOLE_HOOK_SLEEP is built: all others stay off in %s on line %d
bool(true)
bool(true)
int(0)
{"sleep":0,"usleep":null,"time_nanosleep":true,"time_sleep_until":true} side by side
sleep(): Argument #1 ($seconds) must be greater than or equal to 0
