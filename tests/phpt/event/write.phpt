--TEST--
Row 71: Event::write() keeps what is not taken, and sends it when it is; Event::set() and the events
--FILE--
<?php
use Swoole\Event;

function pair(): array
{
    return stream_socket_pair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0);
}

echo "-- much, in order\n";
[$a, $b] = pair();
Event::add($a, fn() => 0);
$sent = '';
foreach (range(1, 6) as $i) {
    $piece = str_repeat(chr(64 + $i), 500000 + $i);
    $sent .= $piece;
    $written[] = Event::write($a, $piece);
}
var_dump(array_unique($written));
$got = '';
Event::add($b, function ($b) use (&$got, $a, $sent) {
    $got .= fread($b, 70000);
    if (strlen($got) === strlen($sent)) {
        Event::del($a);
        Event::del($b);
    }
});
Event::wait();
var_dump($got === $sent);

echo "-- more than swoole.socket_buffer_size waits\n";
ini_set('swoole.socket_buffer_size', '1000000');
[$a, $b] = pair();
Event::add($a, fn() => 0);
var_dump(Event::write($a, str_repeat('x', 700000)), Event::write($a, str_repeat('x', 700000)), swoole_last_error(), Event::write($a, ''));
Event::del($a);

echo "-- nobody reads\n";
[$a, $b] = pair();
Event::add($a, fn() => 0);
fclose($b);
var_dump(Event::write($a, 'x'), swoole_last_error());
Event::del($a);
$process = proc_open(['/bin/true'], [['pipe', 'r']], $pipes);
while (proc_get_status($process)['running']) {
    usleep(1000);
}
Event::add($pipes[0], null, fn() => 0, SWOOLE_EVENT_WRITE);
var_dump(Event::write($pipes[0], 'x'), swoole_last_error());
Event::del($pipes[0]);

echo "-- nobody reads any more\n";
[$a, $b] = pair();
Event::add($a, function ($a) {
    // What was unread on the other side makes it a reset.
    echo in_array(fread($a, 10), ['', false], true) ? "the end\n" : "something\n";
    Event::del($a);
});
var_dump(Event::write($a, str_repeat('x', 900000)));
fclose($b);
Event::wait();

echo "-- the writable callback waits until all is written\n";
[$a, $b] = pair();
$read = 0;
Event::add($a, fn() => 0, function ($a) use (&$read) {
    var_dump($read > 0);
    Event::del($a);
}, SWOOLE_EVENT_READ | SWOOLE_EVENT_WRITE);
Event::write($a, str_repeat('x', 900000));
Event::add($b, function ($b) use (&$read) {
    $read += strlen(fread($b, 100000));
    $read === 900000 && Event::del($b);
});
Event::wait();

echo "-- set\n";
[$a, $b] = pair();
fwrite($b, 'x');
Event::add($a, fn() => print("never\n"));
var_dump(Event::set($a, function ($a) {
    echo "the second one\n";
    var_dump(Event::set($a, null, function ($a) {
        echo "writable\n";
        var_dump(Event::isset($a), Event::isset($a, SWOOLE_EVENT_READ), Event::isset($a, SWOOLE_EVENT_WRITE));
        Event::del($a);
    }, SWOOLE_EVENT_WRITE));
}));
var_dump(Event::set($a, null, null, SWOOLE_EVENT_WRITE));
Event::wait();

echo "-- level-triggered, and read before write\n";
[$a, $b] = pair();
fwrite($b, 'abc');
stream_set_chunk_size($a, 1); // PHP reads no more than that ahead
$order = '';
Event::add($a, function ($a) use (&$order) {
    $order .= fread($a, 1);
    $order === 'aWbWc' && Event::del($a);
}, function () use (&$order) {
    $order .= 'W';
}, SWOOLE_EVENT_READ | SWOOLE_EVENT_WRITE);
Event::wait();
var_dump($order);

echo "-- a stream that was closed makes way, or is taken out\n";
[$a, $b] = pair();
$fd = Event::add($a, fn() => print("never\n"));
fclose($a);
fclose($b);
[$c, $d] = pair();
fwrite($d, 'x');
fwrite($c, 'x');
$again = [];
foreach ([$c, $d] as $stream) {
    $again[] = Event::add($stream, function ($stream) {
        Event::del($stream);
    });
}
var_dump(in_array($fd, $again, true));
Event::wait();
[$a, $b] = pair();
Event::add($a, fn() => print("never\n"));
fclose($a);
var_dump(Event::isset($a), Event::del($a), Event::isset($a));
Event::wait();

echo "-- an exception ends the process\n";
[$a, $b] = pair();
fwrite($b, 'x');
Event::add($a, fn() => throw new Exception('not caught'));
Event::wait();
echo "never\n";
?>
--EXPECTF--
-- much, in order
array(1) {
  [0]=>
  bool(true)
}
bool(true)
-- more than swoole.socket_buffer_size waits

Warning: Swoole\Event::write(): the data to write is empty in %s on line %d
bool(true)
bool(false)
int(1009)
bool(false)
-- nobody reads
bool(false)
int(32)
bool(false)
int(32)
-- nobody reads any more
bool(true)
[%s]%cWARNING%cEvent::write() (ERRNO 32): %d bytes for fd#%d are lost, Error: Broken pipe[32]
the end
-- the writable callback waits until all is written
bool(true)
-- set
bool(true)

Warning: Swoole\Event::set(): there is no writable callback for fd#%d in %s on line %d
bool(false)
the second one
bool(true)
writable
bool(true)
bool(false)
bool(true)
-- level-triggered, and read before write
string(5) "aWbWc"
-- a stream that was closed makes way, or is taken out
bool(true)
bool(true)
bool(true)
bool(false)
-- an exception ends the process

Fatal error: Uncaught Exception: not caught in %s
Stack trace:
#0 [internal function]: {closure%S}(Resource id #%d)
#1 {main}
  thrown in %s on line %d
