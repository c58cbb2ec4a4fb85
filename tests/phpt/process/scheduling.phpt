--TEST--
Swoole\Process: processors, priorities, name
--FILE--
<?php
use Swoole\Process;

function tell(mixed $what): void { echo json_encode($what), "\n"; }

$all = Process::getAffinity();
tell([array_is_list($all), count($all) >= 1, count($all) <= swoole_cpu_num()]);
$first = $all[0];
tell([Process::setAffinity([$first]), Process::getAffinity() === [$first]]);
tell([Process::setAffinity($all), Process::getAffinity() === $all]);
foreach ([[], [-1], [100_000], [1023]] as $wrong) {
    tell(@Process::setAffinity($wrong));
    echo error_get_last()['message'], "\n";
}

$process = new Process(function (Process $process) {
    $process->write(json_encode([$process->getPriority(PRIO_PROCESS), $process->setPriority(PRIO_PROCESS, 7), $process->getPriority(PRIO_PROCESS)]));
    $process->read();
});
tell(@$process->getPriority(PRIO_PROCESS));
echo error_get_last()['message'], "\n";
$own = $process->getPriority(PRIO_PROCESS, getmypid());
$pid = $process->start();
tell($process->read() === json_encode([$own, true, 7]));
tell([$process->getPriority(PRIO_PROCESS), $process->getPriority(PRIO_PROCESS, $pid), $process->getPriority(PRIO_PROCESS, 0) === $own]);
tell([$process->setPriority(PRIO_PROCESS, 9), $process->getPriority(PRIO_PROCESS)]);
tell(is_int($process->getPriority(PRIO_PGRP)) && is_int($process->getPriority(PRIO_USER)));
$process->write('end');
Process::wait();
foreach ([[PRIO_PROCESS, 0x7fffffff], [9, 0], [PRIO_PROCESS, -5]] as $wrong) {
    tell(@$process->getPriority(...$wrong));
    echo error_get_last()['message'], "\n";
}
tell(@$process->setPriority(PRIO_PROCESS, 5, 0x7fffffff));
echo error_get_last()['message'], "\n";

$process = new Process(function (Process $process) {
    tell($process->name('a name of ours'));
    $process->write('named');
    $process->read();
});
$pid = $process->start();
$process->read();
tell(rtrim(file_get_contents("/proc/$pid/cmdline"), "\0 "));
$process->write('end');
Process::wait();
?>
--EXPECT--
[true,true,true]
[true,true]
[true,true]
false
Swoole\Process::setAffinity(): the array names no processor
false
Swoole\Process::setAffinity(): there is no processor -1
false
Swoole\Process::setAffinity(): sched_setaffinity() failed, Error: Invalid argument[22]
false
Swoole\Process::setAffinity(): sched_setaffinity() failed, Error: Invalid argument[22]
false
Swoole\Process::getPriority(): the process has not been started: say whose priority is meant
true
[7,7,true]
[true,9]
true
false
Swoole\Process::getPriority(): getpriority() failed, Error: No such process[3]
false
Swoole\Process::getPriority(): $which must be 0 (PRIO_PROCESS), 1 (PRIO_PGRP) or 2 (PRIO_USER), got 9
false
Swoole\Process::getPriority(): there is no process, group or user -5
false
Swoole\Process::setPriority(): setpriority() failed, Error: No such process[3]
true
"a name of ours"
