--TEST--
Row 70: arguments, ids, coroutines, clear, info, what is late
--FILE--
<?php
use Swoole\Timer;
use Swoole\Coroutine;
var_dump(Timer::after(0, function () {}), Timer::clear(99), Timer::info(99), Timer::exists(1));
Co\run(function () {
    $after = Timer::after(1, function (...$args) {
        echo 'after ', json_encode($args), ' in coroutine ', Coroutine::getCid() > 1 ? 'of its own' : '?', "\n";
    }, 'a', 2);
    $tick = Timer::tick(10, function (int $id, ...$args) use (&$times, &$start) {
        $times[] = (microtime(true) - $start) * 1000;
        if (count($times) === 1) {
            $end = microtime(true) + 0.035;
            while (microtime(true) < $end) {
            }
            echo "tick $id ", json_encode($args), "\n";
        }
        if (count($times) === 4) {
            var_dump(Timer::clear($id));
        }
    }, 'b');
    $start = microtime(true);
    var_dump($after, $tick);
    echo json_encode(array_keys(Timer::info($tick))), ' ', Timer::info($tick)['interval'], ' ', json_encode(iterator_to_array(Timer::list())), "\n";
    Coroutine::sleep(0.1);
    // due at 10, 20, 30, 40, …: held up from 10 to 45, so the next come at once, at 50 and at 60
    printf("%d %d\n", $times[0] < 20, $times[1] >= 45);
    printf("%d %d\n", $times[2] >= 49 && $times[2] < 58, $times[3] - $times[2] > 5);
    var_dump(Timer::stats()['num']);
    Timer::after(100000, function () {});
    var_dump(Timer::clearAll(), Timer::stats()['num']);
});
Co\run(function () {
    swoole_timer_after(1, function () { throw new Exception('in a timer'); });
    Coroutine::sleep(1);
    echo "not reached\n";
});
--EXPECTF--
Warning: Swoole\Timer::after(): Timer must be greater than or equal to 1 in %s on line %d
bool(false)
bool(false)
NULL
bool(false)
int(1)
int(2)
["exec_msec","exec_count","interval","round","removed"] 10 [1,2]
after ["a",2] in coroutine of its own
tick 2 ["b"]
bool(true)
1 1
1 1
int(0)
bool(true)
int(0)

Fatal error: Uncaught Exception: in a timer in %s:%d
Stack trace:
#0 [internal function]: {closure}()
#1 {main}
  thrown in %s on line %d
