--TEST--
Row 68: wait, waitPid, waitSignal, waitEvent: what they return, timeouts, cancelling
--FILE--
<?php
use Swoole\Coroutine\System;

const BOTH = SWOOLE_EVENT_READ | SWOOLE_EVENT_WRITE;

/** Starts a command, which begins once it has been asked for: proc_get_status() would collect one that has ended. */
function start(string $command): array
{
    $process = proc_open(['/bin/sh', '-c', "read line; $command"], [['pipe', 'r']], $pipes);
    $pid = proc_get_status($process)['pid'];
    fclose($pipes[0]);
    return [$process, $pid];
}

Co\run(function () {
    echo "-- no children\n";
    var_dump(System::wait(), swoole_last_error(), System::waitPid(getmypid()), swoole_last_error(), System::waitPid(0), System::waitPid(1 << 40));

    echo "-- any child\n";
    [$one, $pid] = start('exit 5');
    var_dump(System::wait() === ['pid' => $pid, 'code' => 5, 'signal' => 0]);
    [$one, $pid] = start('sleep 0.1; kill -15 $$');
    var_dump(System::wait(0.01), swoole_last_error());
    var_dump(Co::wait(10) === ['pid' => $pid, 'code' => 0, 'signal' => 15]);

    echo "-- one child, beside a wait for any\n";
    [$one, $first] = start('exit 1');
    [$two, $second] = start('exit 2');
    $any = null;
    $cid = go(function () use (&$any) {
        $any = System::wait(10);
    });
    // Who waits for any has one of them, or gets the other.
    $other = ($any['pid'] ?? null) === $first ? $second : $first;
    var_dump(System::waitPid($other)['code'] === ($other === $first ? 1 : 2));
    Co::join([$cid], 10);
    var_dump(in_array($any['pid'], [$first, $second], true));

    echo "-- each gets its own\n";
    $children = [];
    foreach (range(1, 8) as $code) {
        [$children[$code], $pids[$code]] = start("sleep 0.0$code; exit $code");
    }
    $ended = Swoole\Coroutine\map(array_flip($pids), fn($code) => System::waitPid($pids[$code], 10)['code']);
    var_dump($ended === array_flip($pids));

    echo "-- waitPid: timeout, cancelled\n";
    [$one, $pid] = start('exec sleep 1000');
    var_dump(System::waitPid($pid, 0.01), swoole_last_error());
    $cid = go(function () use ($pid) {
        var_dump(System::waitPid($pid), swoole_last_error());
    });
    Co::cancel($cid);
    $cid = go(function () {
        var_dump(System::wait(), swoole_last_error());
    });
    Co::cancel($cid);
    proc_terminate($one, 9);
    var_dump(System::waitPid($pid)['signal']);

    echo "-- waitSignal\n";
    $self = getmypid();
    var_dump(System::waitSignal(SIGUSR1, 0.01), swoole_last_error());
    go(function () use ($self) {
        Co::sleep(0.01);
        exec("kill -USR2 $self");
    });
    var_dump(System::waitSignal([SIGUSR1, SIGUSR2], 10) === SIGUSR2);
    $cid = go(function () {
        var_dump(Co::waitSignal(SIGUSR1), swoole_last_error());
    });
    Co::cancel($cid);
    var_dump(System::waitSignal([]), System::waitSignal(SIGKILL), swoole_last_error(), System::waitSignal([SIGUSR1, 1000]));
    try {
        System::waitSignal('text');
    } catch (TypeError $e) {
        echo $e->getMessage(), "\n";
    }

    echo "-- waitEvent\n";
    [$a, $b] = stream_socket_pair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0);
    var_dump(System::waitEvent($a, BOTH) === SWOOLE_EVENT_WRITE, System::waitEvent($a, SWOOLE_EVENT_READ, 0.01), swoole_last_error());
    var_dump(System::waitEvent($a, SWOOLE_EVENT_READ, 0));
    go(function () use ($b) {
        Co::sleep(0.01);
        fwrite($b, 'x');
    });
    var_dump(System::waitEvent($a) === SWOOLE_EVENT_READ, Co::waitEvent($a, BOTH) === BOTH, System::waitEvent($a, BOTH, 0) === BOTH);
    $number = Swoole\Event::add($a, fn() => 0, null);
    Swoole\Event::set($a, null, fn() => 0, SWOOLE_EVENT_WRITE);
    var_dump(System::waitEvent($a) === SWOOLE_EVENT_READ, System::waitEvent($number) === SWOOLE_EVENT_READ);
    Swoole\Event::del($a);
    $cid = go(function () use ($b) {
        var_dump(System::waitEvent($b), swoole_last_error());
    });
    Co::cancel($cid);
    fclose($a);
    var_dump(System::waitEvent($b) === SWOOLE_EVENT_READ, System::waitEvent($a), System::waitEvent('text'), System::waitEvent($b, 0), swoole_last_error());
    var_dump(System::waitEvent(fopen(__FILE__, 'r')), swoole_last_error(), System::waitEvent(999), swoole_last_error());
});
?>
--SKIPIF--
<?php extension_loaded('pcntl') || die('skip the numbers of signals are those of pcntl'); ?>
--EXPECTF--
-- no children
bool(false)
int(10)
bool(false)
int(10)
bool(false)
bool(false)
-- any child
bool(true)
bool(false)
int(10018)
bool(true)
-- one child, beside a wait for any
bool(true)
bool(true)
-- each gets its own
bool(true)
-- waitPid: timeout, cancelled
bool(false)
int(10018)
bool(false)
int(10017)
bool(false)
int(10017)
int(9)
-- waitSignal
bool(false)
int(10018)
bool(true)
bool(false)
int(10017)

Warning: Swoole\Coroutine\System::waitSignal(): there is no signal to wait for in %s on line %d

Warning: Swoole\Coroutine\System::waitSignal(): signal 9 cannot be waited for, Error: Invalid argument[22] in %s on line %d

Warning: Swoole\Coroutine\System::waitSignal(): signal 1000 cannot be waited for, Error: Invalid argument[22] in %s on line %d
bool(false)
bool(false)
int(22)
bool(false)
Swoole\Coroutine\System::waitSignal(): Argument #1 ($signals) must be of type array|int, string given
-- waitEvent
bool(true)
bool(false)
int(10018)
bool(false)
bool(true)
bool(true)
bool(true)
bool(true)
bool(true)
bool(false)
int(10017)

Warning: Swoole\Coroutine\System::waitEvent(): the socket must be an open stream, an open socket or the number of a descriptor in %s on line %d

Warning: Swoole\Coroutine\System::waitEvent(): the socket must be an open stream, an open socket or the number of a descriptor in %s on line %d
bool(true)
bool(false)
bool(false)
bool(false)
int(22)
bool(false)
int(1)
bool(false)
int(9)
