--TEST--
Swoole\Process: signals that come while read(), write() and push() wait
--FILE--
<?php
use Swoole\Process;

$came = 0;
Process::signal(SIGALRM, function () use (&$came) { $came++; });

echo "a timeout is not over because a signal has come\n";
$process = new Process(fn() => null);
$process->setTimeout(0.1);
Process::alarm(5000);
$begin = microtime(true);
var_dump($process->read(), swoole_last_error(), microtime(true) - $begin > 0.095);
$begin = microtime(true);
var_dump($process->read(PHP_INT_MAX), swoole_last_error(), microtime(true) - $begin > 0.095);

echo "a long message goes out as a whole\n";
$process = new Process(function (Process $process) {
    for ($count = 0; $count < 30_000_000; $count += strlen($process->read(1 << 18))) {
        usleep(1000);
    }
    exit(4);
}, false, SOCK_STREAM);
$process->setTimeout(10);
$process->start();
var_dump($process->write(str_repeat('x', 30_000_000)), Process::wait()['code']);

echo "a full queue takes the message when there is room\n";
$process = new Process(function (Process $process) {
    usleep(50_000);
    exit(strlen($process->pop()) + strlen($process->pop()));
});
$process->useQueue(0x53580000 + getmypid() % 0xffff, SWOOLE_MSGQUEUE_BALANCE, 10);
$process->push('12345678');
$process->start();
var_dump($process->push('1234'), Process::wait()['code'], $process->freeQueue());
Process::alarm(0);
Process::signal(SIGALRM, null);

echo "a handler of pcntl's that is to run at once ends the wait\n";
pcntl_async_signals(true);
pcntl_signal(SIGALRM, function () { echo "handled\n"; });
$process = new Process(fn() => null);
$process->setTimeout(10);
Process::alarm(20_000);
var_dump($process->read(), swoole_last_error());
Process::alarm(0);
?>
--EXPECT--
a timeout is not over because a signal has come
bool(false)
int(11)
bool(true)
bool(false)
int(11)
bool(true)
a long message goes out as a whole
int(30000000)
int(4)
a full queue takes the message when there is room
bool(true)
int(12)
bool(true)
a handler of pcntl's that is to run at once ends the wait
handled
bool(false)
int(4)
