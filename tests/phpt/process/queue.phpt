--TEST--
Swoole\Process: System V message queues
--FILE--
<?php
use Swoole\Process;

function tell(mixed $what): void { echo json_encode($what), "\n"; }
$key = 0x53570000 + getmypid() % 0xffff;

echo "one queue, whoever pops first\n";
$processes = [];
for ($i = 0; $i < 2; $i++) {
    $process = new Process(function (Process $process) {
        for ($sum = 0; ($data = $process->pop()) !== 'end'; $sum += $data);
        $process->write((string) $sum);
    });
    tell([$process->msgQueueId, $process->msgQueueKey, $process->useQueue($key), $process->msgQueueKey === $key, is_int($process->msgQueueId)]);
    $processes[] = $process;
}
tell($processes[0]->statQueue());
tell([$processes[0]->push('1'), $processes[1]->push('20')]);
tell($processes[0]->statQueue());
foreach ($processes as $process) {
    $process->start();
}
for ($i = 0; $i < 100; $i++) {
    $processes[$i % 2]->push('300');
}
$processes[0]->push('end');
$processes[0]->push('end');
tell($processes[0]->read() + $processes[1]->read());
tell([Process::wait()['code'], Process::wait()['code']]);
tell([$processes[0]->freeQueue(), @$processes[0]->freeQueue(), error_get_last()['message']]);
tell([@$processes[1]->push('x'), error_get_last()['message']]); // it is gone

echo "each its own\n";
foreach ([1, 2] as $n) {
    $own[$n] = new Process(fn(Process $process) => $process->write($process->pop() . $process->pop()));
    $own[$n]->useQueue($key, SWOOLE_MSGQUEUE_ORIENT);
}
$own[2]->push('b1');
$own[1]->push('a1');
$own[1]->push('a2');
$own[2]->push('b2');
$own[1]->start();
tell([$own[1]->read(), Process::wait()['code']]);
$own[2]->start();
tell([$own[2]->read(), Process::wait()['code']]);
$own[1]->freeQueue();

echo "without waiting\n";
$process = new Process(fn() => null);
tell($process->useQueue($key, SWOOLE_MSGQUEUE_BALANCE | Process::IPC_NOWAIT, 10));
tell([$process->pop(), swoole_last_error()]); // ENOMSG
tell([$process->push('12345678'), $process->push('123'), swoole_last_error()]); // EAGAIN
tell([@$process->pop(5), error_get_last()['message'], $process->pop(8)]);
tell([@$process->push(''), @$process->pop(-1), @$process->push(str_repeat('x', 1 << 20))]);
echo error_get_last()['message'], "\n";
$process->freeQueue();

echo "one of the script\n";
[$a, $b] = [new Process(fn() => null), new Process(fn() => null)];
$a->useQueue();
$b->useQueue();
tell([$a->msgQueueKey === $b->msgQueueKey, $a->msgQueueId === $b->msgQueueId, $a->push('hello'), $b->pop()]);
$a->freeQueue();

echo "none\n";
foreach (['push' => ['x'], 'pop' => [], 'statQueue' => [], 'freeQueue' => []] as $method => $args) {
    tell(@(new Process(fn() => null))->$method(...$args));
    echo error_get_last()['message'], "\n";
}
?>
--EXPECTF--
one queue, whoever pops first
[null,null,true,true,true]
[null,null,true,true,true]
{"queue_num":0,"queue_bytes":0}
[true,true]
{"queue_num":2,"queue_bytes":3}
30021
[0,0]
[true,false,"Swoole\\Process::freeQueue(): no msgqueue, cannot free: call useQueue() first"]
[false,"Swoole\\Process::push(): failed to push 1 bytes, Error: Invalid argument[22]"]
each its own
["a1a2",0]
["b1b2",0]
without waiting
true
[false,42]
[true,false,11]
[false,"Swoole\\Process::pop(): failed to pop, Error: Argument list too long[7]","12345678"]
[false,false,false]
Swoole\Process::push(): failed to push 1048576 bytes, Error: Invalid argument[22]
one of the script
[true,true,true,"hello"]
none
false
Swoole\Process::push(): no msgqueue, cannot push(): call useQueue() first
false
Swoole\Process::pop(): no msgqueue, cannot pop(): call useQueue() first
false
Swoole\Process::statQueue(): no msgqueue, cannot get stats: call useQueue() first
false
Swoole\Process::freeQueue(): no msgqueue, cannot free: call useQueue() first
