--TEST--
100,000 live timers cost a tick no more than ten do
--SKIPIF--
<?php
if (getenv('USE_ZEND_ALLOC') === '0') die('skip what valgrind costs is not what a timer costs');
--FILE--
<?php
use Swoole\Timer;
function cost(int $live): float
{
    Co\run(function () use ($live, &$cost) {
        for ($i = 0; $i < $live; $i++) {
            Timer::after(3600000 + $i, function () {});
        }
        $start = getrusage();
        for ($i = 0; $i < 2000; $i++) {
            Timer::after(1, function () {});
        }
        Swoole\Coroutine::sleep(0.02);
        $end = getrusage();
        $cost = ($end['ru_utime.tv_sec'] - $start['ru_utime.tv_sec']) * 1e6 + $end['ru_utime.tv_usec'] - $start['ru_utime.tv_usec'];
        Timer::clearAll();
    });
    return $cost;
}
$ten = min(cost(10), cost(10), cost(10));
$many = min(cost(100000), cost(100000), cost(100000));
echo $many < 3 * $ten + 3000 ? "no more\n" : "$many µs against $ten µs\n";
--EXPECT--
no more
