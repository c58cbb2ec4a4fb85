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
    $waits = Coroutine::getCid();
    $start = hrtime(true);
    $tick = Timer::tick(100, function (int $id, ...$args) use (&$times, &$set, &$on_grid, $start, $waits) {
        $times[] = intdiv(hrtime(true) - $start, 1000000);
        if (count($times) === 1) {
            while (hrtime(true) - $start < 350000000) {
            }
            echo "tick $id ", json_encode($args), "\n";
        }
        if (count($times) === 3) {
            // when the next is due lies between these two: exec_msec is cut to whole milliseconds, and the clock was read around the call
            $before = hrtime(true);
            $left = Timer::info($id)['exec_msec'];
            $low = ($before - $set) / 1e6 + $left;
            $high = (hrtime(true) - $start) / 1e6 + $left + 1;
            $on_grid = floor($high / 100) * 100 >= $low;
        }
        if (count($times) === 4) {
            var_dump(Timer::clear($id));
            Coroutine::resume($waits);
        }
    }, 'b');
    $set = hrtime(true);
    var_dump($after, $tick);
    echo json_encode(array_keys(Timer::info($tick))), ' ', Timer::info($tick)['interval'], ' ', json_encode(iterator_to_array(Timer::list())), "\n";
    Coroutine::yield();
    // Due at 100, 200, 300, 400, … ms, and held up from 100 to 350: one comes at once, and not all that were missed; those after it are on the grid
    // again. A busy machine only makes them later.
    $earliest = [100, 350, 400, 500];
    echo json_encode(array_map(fn($time, $least) => $time >= $least, $times, $earliest)), ' ', json_encode($on_grid), "\n";
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
["exec_msec","exec_count","interval","round","removed"] 100 [1,2]
after ["a",2] in coroutine of its own
tick 2 ["b"]
bool(true)
[true,true,true,true] true
int(0)
bool(true)
int(0)

Fatal error: Uncaught Exception: in a timer in %s:%d
Stack trace:
#0 [internal function]: {closure%S}()
#1 {main}
  thrown in %s on line %d
