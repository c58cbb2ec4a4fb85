--TEST--
Swoole\Process::signal(), alarm() and kill() (row 74)
--FILE--
<?php
use Swoole\Process;
use Swoole\Coroutine;
use function Swoole\Coroutine\run;

echo "in the loop of a script\n";
var_dump(Process::signal(SIGUSR1, fn() => print 'not this one'));
var_dump(Process::signal(SIGUSR1, function (int $signo) { // in its place
    echo "signal $signo, in a coroutine: ", json_encode(Coroutine::getCid() > 0), "\n";
}));
Process::signal(SIGUSR2, fn() => print 'taken back');
var_dump(Process::signal(SIGUSR2, null), Process::signal(SIGUSR2));
run(function () {
    Process::kill(getmypid(), SIGUSR1);
    Coroutine::sleep(0.05);
});

echo "a signal alone does not keep the loop\n";
run(fn() => null);

echo "an alarm\n";
Process::signal(SIGALRM, function () {
    static $count = 0;
    echo ++$count, ' ';
    if ($count === 3) {
        var_dump(Process::alarm(-1));
        Process::signal(SIGALRM);
        Swoole\Timer::clearAll();
    }
});
var_dump(Process::alarm(5000));
Swoole\Timer::tick(10_000, fn() => null);
run(fn() => null);
var_dump(@Process::alarm(1000, 9), error_get_last()['message']);

echo "in a child, whose parent's are not its own\n";
$process = new Process(function (Process $process) {
    var_dump(@Process::signal(SIGUSR1, null));
    Process::signal(SIGTERM, function (int $signo) {
        echo "signal $signo in the child\n";
        Swoole\Timer::clearAll();
    });
    Swoole\Timer::tick(10_000, fn() => null);
    $process->write('ready');
});
$process->start();
$process->read();
$sent = Process::kill($process->pid); // SIGTERM
var_dump(Process::wait()['code'], $sent);
$process = new Process(function (Process $process) {
    $process->write('ready');
    $process->read();
});
$process->start();
$process->read();
Process::kill($process->pid, SIGUSR1);
var_dump(Process::wait()['signal']);

echo "an exception ends the process\n";
$process = new Process(function (Process $process) {
    Process::signal(SIGUSR1, fn() => throw new Exception('of a signal'));
    Process::kill(getmypid(), SIGUSR1);
    Coroutine\run(fn() => Coroutine::sleep(10));
}, true);
$process->start();
var_dump(Process::wait()['code'], strpos($process->read(), 'Uncaught Exception: of a signal') !== false);

echo "what cannot be\n";
foreach ([[SIGKILL, fn() => null], [0, fn() => null], [65, fn() => null], [SIGHUP, null]] as $args) {
    var_dump(@Process::signal(...$args));
    echo error_get_last()['message'], "\n";
}
$gone = (function () {
    $process = new Process(fn() => null);
    $process->start();
    return Process::wait()['pid'];
})();
var_dump(Process::kill(getmypid(), 0), Process::kill($gone, 0), swoole_last_error(), Process::kill($gone), Process::kill(getmypid(), 99));
?>
--EXPECTF--
in the loop of a script
bool(true)
bool(true)

Warning: Swoole\Process::signal(): unable to find the callback of signal [12] in %ssignal.php on line %d
bool(true)
bool(false)
signal 10, in a coroutine: true
a signal alone does not keep the loop
an alarm
bool(true)
1 2 3 bool(true)
bool(false)
string(%d) "Swoole\Process::alarm(): $type must be 0 (real), 1 (virtual) or 2 (profile), got 9"
in a child, whose parent's are not its own
bool(false)
signal 15 in the child
int(0)
bool(true)
int(10)
an exception ends the process
int(255)
bool(true)
what cannot be
bool(false)
Swoole\Process::signal(): signal [9] cannot be listened to, Error: Invalid argument[22]
bool(false)
Swoole\Process::signal(): signal [0] cannot be listened to, Error: Invalid argument[22]
bool(false)
Swoole\Process::signal(): signal [65] cannot be listened to, Error: Invalid argument[22]
bool(false)
Swoole\Process::signal(): unable to find the callback of signal [1]

Warning: Swoole\Process::kill(): kill(%d, 15) failed, Error: No such process[3] in %ssignal.php on line %d

Warning: Swoole\Process::kill(): kill(%d, 99) failed, Error: Invalid argument[22] in %ssignal.php on line %d
bool(true)
bool(false)
int(3)
bool(false)
bool(false)
