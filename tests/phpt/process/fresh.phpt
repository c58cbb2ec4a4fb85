--TEST--
Swoole\Process: a child begins anew: random numbers, output, pcntl's handlers and processes
--FILE--
<?php
use Swoole\Process;

function tell(mixed $what): void { echo json_encode($what), "\n"; }

echo "random numbers differ\n";
mt_srand(1);
mt_rand();
for ($i = 0; $i < 8; $i++) {
    $process = new Process(fn(Process $process) => $process->write(mt_rand() . ' ' . @lcg_value()));
    $process->start();
    $drawn[] = $process->read();
    Process::wait();
}
tell([count(array_unique(array_map(fn($pair) => explode(' ', $pair)[0], $drawn))), count(array_unique($drawn))]);

echo "a process that pcntl forks beside\n";
$process = new Process(fn(Process $process) => $process->write('to ' . $process->read()));
$process->start();
if (($pid = pcntl_fork()) === 0) {
    // The pipe is its own, too, and so is the right to have processes.
    $process->write('the grandchild');
    $own = new Process(fn() => exit(5));
    $own->start();
    exit(Process::wait()['code'] === 5 ? 0 : 1);
}
pcntl_waitpid($pid, $status);
tell([pcntl_wexitstatus($status), $process->read(), Process::wait()['pid'] === $process->pid]);

echo "a child of pcntl is collected by wait(), and one of ours by pcntl\n";
if (($pid = pcntl_fork()) === 0) {
    exit(6);
}
tell(Process::wait() === ['pid' => $pid, 'code' => 6, 'signal' => 0]);
$process = new Process(fn() => exit(7));
$pid = $process->start();
tell([pcntl_waitpid($pid, $status) === $pid, pcntl_wexitstatus($status)]);

echo "pcntl forks inside\n";
$process = new Process(function (Process $process) {
    if (($pid = pcntl_fork()) === 0) {
        $process->write('from the grandchild');
        exit(0);
    }
    pcntl_waitpid($pid, $status);
});
$process->start();
tell([$process->read(), Process::wait()['code']]);

echo "a handler of pcntl ends what waits\n";
pcntl_async_signals(true);
pcntl_signal(SIGALRM, fn() => print 'handler ', false);
$process = new Process(fn(Process $process) => $process->read());
$process->start();
Process::alarm(20_000);
tell([Process::wait(), swoole_last_error()]); // EINTR
tell([$process->read(), swoole_last_error()]);
$process->useQueue(0x53580000 + getmypid() % 0xffff);
tell([$process->pop(), swoole_last_error()]);
$process->freeQueue();
Process::alarm(0);
tell(Process::wait(false)); // it still runs
$process->write('end');
tell(Process::wait()['code']);
?>
--EXPECT--
random numbers differ
[8,8]
a process that pcntl forks beside
[0,"to the grandchild",true]
a child of pcntl is collected by wait(), and one of ours by pcntl
true
[true,7]
pcntl forks inside
["from the grandchild",0]
a handler of pcntl ends what waits
handler [false,4]
handler [false,4]
handler [false,4]
false
0
