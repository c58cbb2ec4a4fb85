--TEST--
Swoole\Process::write() where a loop is there: what the pipe does not take goes out later, and nothing is lost
--FILE--
<?php
use Swoole\Process;
use Swoole\Event;
use Swoole\Timer;
use function Swoole\Coroutine\run;

const COUNT = 300;
const SIZE = 100_000; // all of it together is more than any pipe takes

function piece(int $n): string { return str_repeat(chr($n % 256), SIZE); }
function tell(mixed $what): void { echo json_encode($what), "\n"; }
function send(Process $process): bool
{
    for ($n = 0, $all = true; $n < COUNT; $n++) {
        $all = $process->write(piece($n)) === SIZE && $all;
    }
    return $all;
}
/** Sends back what it gets. */
function mirror(): Process
{
    $process = new Process(function (Process $process) {
        while (($data = $process->read(SIZE)) !== 'end') {
            $process->write($data);
        }
    });
    $process->start();
    return $process;
}
/** Tells in the end whether all has come, by its status. With a counter its first child reads nothing. */
function sink(int $type, ?Swoole\Atomic $starts = null): Process
{
    $process = new Process(function (Process $process) use ($starts) {
        if ($starts?->add() === 1) {
            sleep(600);
        }
        for ($data = ''; strlen($data) < COUNT * SIZE && ($piece = $process->read(SIZE)) !== ''; $data .= $piece);
        $rest = $process->read();
        $process->write("rest: $rest");
        exit($data === implode(array_map(piece(...), range(0, COUNT - 1))) ? 0 : 1);
    }, false, $type);
    $process->start();
    return $process;
}

echo "the loop reads what comes back\n";
$process = mirror();
$count = 0;
Event::add($process->pipe, function () use ($process, &$count) {
    if ($process->read(SIZE) === piece($count) && ++$count === COUNT) {
        $process->write('end');
        Event::del($process->pipe);
    }
});
tell(send($process));
Event::wait();
tell([$count, Process::wait()['code']]);

echo "a coroutine reads it\n";
$process = mirror();
run(function () use ($process) {
    go(function () use ($process) {
        $socket = $process->exportSocket();
        for ($count = 0; $count < COUNT && $socket->recv(SIZE) === piece($count); $count++);
        tell($count);
        $process->write('end');
    });
    tell(send($process));
});
tell(Process::wait()['code']);

echo "there is a loop, but it does not run: reading and waiting see to it\n";
$timer = Timer::after(600_000, fn() => null);
$process = sink(SOCK_DGRAM);
tell([send($process), $process->write('end'), $process->read(), Process::wait()['code']]);
$process = sink(SOCK_DGRAM);
tell([send($process), $process->write('end'), Process::wait()['code']]);

echo "the end of what is written comes after it\n";
$process = sink(SOCK_STREAM);
tell([send($process), $process->close(Process::PIPE_WRITE), $process->read(), Process::wait()['code']]);

echo "a child has nothing of it\n";
$process = sink(SOCK_STREAM);
$sent = send($process);
$other = new Process(fn() => exit(0));
$other->start();
tell([$sent, $process->close(Process::PIPE_WRITE), $process->read(), Process::wait()['code'] + Process::wait()['code']]);
Timer::clear($timer);

echo "it goes out before the process ends\n";
$process = new Process(function (Process $process) {
    send($process);
    $process->exit(7);
}, false, SOCK_STREAM, true);
$process->start();
for ($data = ''; strlen($data) < COUNT * SIZE; $data .= $process->read(SIZE));
tell(Process::wait()['code']);

echo "a loop does not go on for a child that has ended, but its successor gets it all\n";
$process = sink(SOCK_DGRAM, new Swoole\Atomic());
run(function () use ($process) {
    tell(send($process));
    Process::kill($process->pid, SIGKILL);
    tell(Process::wait()['signal']);
});
$process->start();
run(fn() => null); // until the rest has gone
$process->write('end');
tell(Process::wait()['code'] === 0);

echo "who has set a timeout, or does not want to wait, is told\n";
run(function () {
    $process = new Process(fn() => null, false, SOCK_STREAM);
    $process->setTimeout(0.01);
    $all = str_repeat('x', COUNT * SIZE);
    tell([$process->write($all) < strlen($all), $process->write('x'), swoole_last_error()]);
    $process->setTimeout(0);
    $process->setBlocking(false);
    tell([$process->write('x'), swoole_last_error()]);
});
?>
--EXPECT--
the loop reads what comes back
true
[300,0]
a coroutine reads it
true
300
0
there is a loop, but it does not run: reading and waiting see to it
[true,3,"rest: end",0]
[true,3,0]
the end of what is written comes after it
[true,true,"rest: ",0]
a child has nothing of it
[true,true,"rest: ",0]
it goes out before the process ends
7
a loop does not go on for a child that has ended, but its successor gets it all
true
9
true
who has set a timeout, or does not want to wait, is told
[true,false,11]
[false,11]
