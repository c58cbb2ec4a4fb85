--TEST--
Row 72: the loop: wait, defer, cycle, dispatch, exit
--FILE--
<?php
use Swoole\Event;
use Swoole\Timer;

echo "-- defer comes before due timers, in a coroutine\n";
Timer::after(1, fn() => print("timer\n"));
usleep(3000);
var_dump(Event::defer(function () {
    echo 'deferred in ', Co::getCid(), "\n";
    Event::defer(fn() => print("deferred again\n"));
}));
Event::wait();

echo "-- a deferred function may wait\n";
swoole_event_defer(function () {
    Co::sleep(0.001);
    echo "slept\n";
});
swoole_event_wait();

echo "-- nothing to wait for\n";
Event::wait();

echo "-- cycle\n";
var_dump(Event::cycle(null));
$before = $after = 0;
$order = [];
var_dump(Event::cycle(function () use (&$before, &$order) {
    $before++;
    $order[] = 'before';
}, true));
var_dump(Event::cycle(function () use (&$after, &$order) {
    $after++;
    $order[] = 'after ' . (Co::getCid() > 0 ? 'in a coroutine' : '');
}));
Timer::after(1, function () use (&$order) {
    $order[] = 'timer';
});
Event::wait();
var_dump($before === $after, $before > 0, array_slice($order, -3));
var_dump(Event::cycle(null), Event::cycle(null), Event::cycle(null, true));

echo "-- dispatch\n";
$fired = false;
Timer::after(5, function () use (&$fired) {
    $fired = true;
});
$turns = 0;
while (!$fired) {
    Event::dispatch();
    $turns++;
}
var_dump($turns < 5, Event::dispatch());

echo "-- exit leaves with timers still set\n";
[$a, $b] = stream_socket_pair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0);
Timer::tick(1000, fn() => print("never\n"));
Event::add($a, function () {
    Event::exit();
    Event::defer(fn() => print("never\n"));
    echo "the turn ends\n";
});
fwrite($b, 'x');
Event::wait();
echo "left\n";
var_dump(Event::isset($a), iterator_to_array(Timer::list()));
Event::exit();
Timer::after(1, fn() => print("another one goes on\n"));
Event::wait();

echo "-- at the end of the script nothing goes on either\n";
go(function () {
    defer(fn() => print("unwound\n"));
    Co::sleep(1000);
    echo "never\n";
});
Event::defer(fn() => Event::exit());
Event::wait();
?>
--EXPECT--
-- defer comes before due timers, in a coroutine
bool(true)
deferred in 1
timer
deferred again
-- a deferred function may wait
slept
-- nothing to wait for
-- cycle
bool(false)
bool(true)
bool(true)
bool(true)
bool(true)
array(3) {
  [0]=>
  string(6) "before"
  [1]=>
  string(5) "timer"
  [2]=>
  string(20) "after in a coroutine"
}
bool(true)
bool(false)
bool(true)
-- dispatch
bool(true)
bool(true)
-- exit leaves with timers still set
the turn ends
left
bool(false)
array(0) {
}
another one goes on
-- at the end of the script nothing goes on either
unwound
