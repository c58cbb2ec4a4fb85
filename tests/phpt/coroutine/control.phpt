--TEST--
Row 64: sleep, resume, cancel, join
--FILE--
<?php
use Swoole\Coroutine;
Co\run(function () {
    var_dump(Coroutine::sleep(0.0001), Coroutine::resume(99), Coroutine::resume(Coroutine::getCid()));
    $sleeper = go(function () {
        var_dump(Coroutine::sleep(5), Coroutine::isCanceled(), swoole_last_error());
        var_dump(Coroutine::sleep(0.001), Coroutine::isCanceled());
    });
    var_dump(Coroutine::resume($sleeper), Coroutine::cancel($sleeper));
    Coroutine::join([$sleeper]);
    $thrown = go(function () {
        try {
            Coroutine::yield();
        } catch (Swoole\Coroutine\CanceledException $e) {
            var_dump($e->getMessage());
        }
    });
    var_dump(Coroutine::cancel($thrown, true), Coroutine::cancel(99), swoole_last_error(), Coroutine::exists($thrown));
    $long = go(function () { Coroutine::sleep(0.05); });
    var_dump(Coroutine::join([$long], 0.001), swoole_last_error());
    var_dump(Coroutine::join([$long, go(function () {})], 1));
    var_dump(Coroutine::join([$long]), swoole_last_error(), Coroutine::join([]));
    var_dump(Coroutine::join([Coroutine::getCid()]));
    var_dump(Coroutine::cancel(Coroutine::getCid()), swoole_last_error());
});
--EXPECTF--
Warning: Swoole\Coroutine::sleep(): Timer must be greater than or equal to 0.001 in %s on line %d

Warning: Swoole\Coroutine::resume(): coroutine#99 can not be resumed in %s on line %d

Warning: Swoole\Coroutine::resume(): coroutine#1 can not be resumed in %s on line %d
bool(false)
bool(false)
bool(false)

Warning: Swoole\Coroutine::resume(): coroutine#2 can not be resumed in %s on line %d
bool(false)
bool(true)
int(10017)
bool(false)
bool(true)
bool(true)
bool(false)
string(0) ""
bool(true)
bool(false)
int(10016)
bool(false)
bool(false)
int(10018)
bool(true)
bool(false)
int(505)
bool(false)

Warning: Swoole\Coroutine::join(): can not join self in %s on line %d
bool(false)
bool(false)
int(10015)
