--TEST--
Rows 58 and 72: what keeps the loop going: a descriptor does, a signal alone does not; wait() in a coroutine is fatal
--FILE--
<?php
require __DIR__ . '/../include/child.php';

echo "-- the end of the script waits for descriptors, with a notice\n";
child('<?php
$process = proc_open(["/bin/sh", "-c", "sleep 0.1; echo late"], [1 => ["pipe", "w"]], $pipes);
Swoole\Event::add($pipes[1], function ($pipe) {
    echo fread($pipe, 10);
    Swoole\Event::del($pipe);
});
echo "end\n";');

echo "-- run() too\n";
child('<?php
Swoole\Coroutine\run(function () {
    $process = proc_open(["/bin/sh", "-c", "sleep 0.1; echo late"], [1 => ["pipe", "w"]], $pipes);
    Swoole\Event::add($pipes[1], function ($pipe) use ($process) {
        Swoole\Event::del($pipe);
        Swoole\Coroutine::sleep(0.01);
        echo fread($pipe, 10);
    });
});
echo "end\n";');

echo "-- a signal alone does not\n";
child('<?php
Swoole\Process::signal(10, fn() => 0);
Swoole\Event::wait();
echo "end\n";');

echo "-- but whoever waits for one does\n";
child('<?php
go(function () {
    $pid = getmypid();
    proc_open(["/bin/sh", "-c", "sleep 0.1; kill -USR1 $pid"], [], $pipes);
    var_dump(Swoole\Coroutine\System::waitSignal(10));
});
Swoole\Event::wait();');

foreach (['Event::wait()', 'Event::dispatch()'] as $call) {
    echo "-- $call in a coroutine\n";
    child("<?php Swoole\\Coroutine\\run(function () { try { Swoole\\$call; } catch (Throwable) { echo 'never'; } });");
}
?>
--EXPECTF--
-- the end of the script waits for descriptors, with a notice
end

Deprecated: swoole_event_rshutdown(): Event::wait() in shutdown function is deprecated in Unknown on line 0
late

-- status 0
-- run() too
late
end

-- status 0
-- a signal alone does not
end

-- status 0
-- but whoever waits for one does
int(10)

-- status 0
-- Event::wait() in a coroutine

Fatal error: Swoole\Event::wait(): the event loop runs already: Event::wait() cannot be called in a coroutine or a timer in %s on line %d

-- status 255
-- Event::dispatch() in a coroutine

Fatal error: Swoole\Event::dispatch(): the event loop runs already: Event::dispatch() cannot be called in a coroutine or a timer in %s on line %d

-- status 255
