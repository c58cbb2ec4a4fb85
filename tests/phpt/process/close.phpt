--TEST--
Swoole\Process::close(): both ends, one end, one direction
--FILE--
<?php
use Swoole\Process;

function tell(mixed $what): void { echo json_encode($what), "\n"; }
$make = fn(?callable $callback = null) => new Process($callback ?? fn() => null, false, SOCK_STREAM);

echo "both\n";
$process = $make();
$fd = $process->pipe;
tell([file_exists("/proc/self/fd/$fd"), $process->close(), file_exists("/proc/self/fd/$fd")]);
tell([@$process->close(), @$process->read(), @$process->write('x')]);

echo "one\n";
$process = $make();
tell($process->close(Process::PIPE_WORKER));
tell([$process->read(), @$process->write('x'), error_get_last()['message'], swoole_last_error()]); // nobody is at the other end
$process = $make();
tell([$process->close(Process::PIPE_MASTER), @$process->read(), error_get_last()['message']]);

echo "one direction\n";
$process = $make(function (Process $process) {
    for ($all = ''; ($data = $process->read()) !== ''; $all .= $data);
    $process->write("all: $all");
});
$process->start();
tell([$process->write('some '), $process->write('data'), $process->close(Process::PIPE_WRITE)]);
tell([$process->read(), Process::wait()['code']]);
$process = $make();
tell([$process->close(Process::PIPE_READ), $process->read()]);

echo "the child sees the end of its parent's end\n";
$process = $make(fn(Process $process) => exit($process->read() === '' ? 0 : 1));
$process->start();
unset($process);
tell(Process::wait()['code']);
tell(@$make()->close(9));
echo error_get_last()['message'];
?>
--EXPECT--
both
[true,true,false]
[false,false,false]
one
true
["",false,"Swoole\\Process::write(): failed to write 1 bytes, Error: Broken pipe[32]",32]
[true,false,"Swoole\\Process::read(): failed to read, Error: Bad file descriptor[9]"]
one direction
[5,4,true]
["all: some data",0]
[true,""]
the child sees the end of its parent's end
0
false
Swoole\Process::close(): $which must be 0 or one of the PIPE_* constants 1 to 4, got 9
