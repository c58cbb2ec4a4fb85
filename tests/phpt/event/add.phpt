--TEST--
Row 71: Event::add(): its result, its callbacks, and what it refuses
--FILE--
<?php
use Swoole\Event;

[$a, $b] = stream_socket_pair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0);
$fd = Event::add($a, function ($given) use ($a) {
    var_dump($given === $a, Co::getCid(), fread($given, 100));
    Event::del($given);
});
var_dump(is_int($fd), $fd > 2, Event::isset($a), Event::isset($a, SWOOLE_EVENT_WRITE), Event::isset($fd), Event::isset($b));

echo "-- twice\n";
var_dump(Event::add($a, fn() => 0), Event::add($fd, fn() => 0), swoole_last_error());

echo "-- bad types\n";
$closed = fopen('php://memory', 'r');
fclose($closed);
foreach (['text', 1.5, null, [], new stdClass, fopen('php://memory', 'r'), $closed] as $bad) {
    var_dump(Event::add($bad, fn() => 0));
}

echo "-- callbacks\n";
var_dump(Event::add($b), Event::add($b, null, fn() => 0), Event::add($b, fn() => 0, null, SWOOLE_EVENT_WRITE), Event::add($b, fn() => 0, null, 0));
try {
    Event::add($b, 'no_such_function');
} catch (TypeError $e) {
    echo $e->getMessage(), "\n";
}

echo "-- refused by the system\n";
var_dump(Event::add(fopen(__FILE__, 'r'), fn() => 0), swoole_last_error());
$number = swoole_event_add($b, fn() => 0);
swoole_event_del($b);
fclose($b);
var_dump(Event::add($number, fn() => 0), swoole_last_error());

echo "-- not added\n";
[$c, $d] = stream_socket_pair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0);
var_dump(Event::set($c, fn() => 0), Event::write($c, 'x'), Event::del($c), Event::del('text'));

echo "-- the call\n";
Event::del($a);
[$a, $b] = stream_socket_pair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0);
Event::add($a, function ($given) use ($a) {
    var_dump($given === $a, Co::getCid(), fread($given, 100));
    Event::del($given);
});
fwrite($b, 'hello');
Event::wait();
var_dump(Event::isset($a));
?>
--EXPECTF--
bool(true)
bool(true)
bool(true)
bool(false)
bool(true)
bool(false)
-- twice

Warning: Swoole\Event::add(): fd#%d already exists in the event loop in %s on line %d

Warning: Swoole\Event::add(): fd#%d already exists in the event loop in %s on line %d
bool(false)
bool(false)
int(17)
-- bad types

Warning: Swoole\Event::add(): the descriptor must be an open stream, an open socket or the number of a descriptor in %s on line %d

Warning: Swoole\Event::add(): unknown type of descriptor in %s on line %d
bool(false)

Warning: Swoole\Event::add(): the descriptor must be an open stream, an open socket or the number of a descriptor in %s on line %d

Warning: Swoole\Event::add(): unknown type of descriptor in %s on line %d
bool(false)

Warning: Swoole\Event::add(): the descriptor must be an open stream, an open socket or the number of a descriptor in %s on line %d

Warning: Swoole\Event::add(): unknown type of descriptor in %s on line %d
bool(false)

Warning: Swoole\Event::add(): the descriptor must be an open stream, an open socket or the number of a descriptor in %s on line %d

Warning: Swoole\Event::add(): unknown type of descriptor in %s on line %d
bool(false)

Warning: Swoole\Event::add(): the descriptor must be an open stream, an open socket or the number of a descriptor in %s on line %d

Warning: Swoole\Event::add(): unknown type of descriptor in %s on line %d
bool(false)

Warning: Swoole\Event::add(): the descriptor must be an open stream, an open socket or the number of a descriptor in %s on line %d

Warning: Swoole\Event::add(): unknown type of descriptor in %s on line %d
bool(false)

Warning: Swoole\Event::add(): the descriptor must be an open stream, an open socket or the number of a descriptor in %s on line %d

Warning: Swoole\Event::add(): unknown type of descriptor in %s on line %d
bool(false)
-- callbacks

Warning: Swoole\Event::add(): a readable callback or a writable callback must be given in %s on line %d

Warning: Swoole\Event::add(): there is no readable callback for fd#%d in %s on line %d

Warning: Swoole\Event::add(): there is no writable callback for fd#%d in %s on line %d

Warning: Swoole\Event::add(): the events must be SWOOLE_EVENT_READ, SWOOLE_EVENT_WRITE or both in %s on line %d
bool(false)
bool(false)
bool(false)
bool(false)
Swoole\Event::add(): Argument #2 ($read_callback) must be a valid callback, function "no_such_function" not found or invalid function name
-- refused by the system
[%s]%cWARNING%cEvent::add() (ERRNO 1): fd#%d cannot be watched, Error: Operation not permitted[1]

Warning: Swoole\Event::add(): fd#%d cannot be watched by the event loop, Error: Operation not permitted[1] in %s on line %d
bool(false)
int(1)
[%s]%cWARNING%cEvent::add() (ERRNO 9): fd#%d cannot be watched, Error: Bad file descriptor[9]

Warning: Swoole\Event::add(): fd#%d cannot be watched by the event loop, Error: Bad file descriptor[9] in %s on line %d
bool(false)
int(9)
-- not added

Warning: Swoole\Event::set(): the descriptor is not in the event loop: it was never added, or is gone in %s on line %d

Warning: Swoole\Event::write(): the descriptor is not in the event loop: it was never added, or is gone in %s on line %d

Warning: Swoole\Event::del(): the descriptor is not in the event loop: it was never added, or is gone in %s on line %d

Warning: Swoole\Event::del(): the descriptor must be an open stream, an open socket or the number of a descriptor in %s on line %d

Warning: Swoole\Event::del(): unknown type of descriptor in %s on line %d
bool(false)
bool(false)
bool(false)
bool(false)
-- the call
bool(true)
int(1)
string(5) "hello"
bool(false)
