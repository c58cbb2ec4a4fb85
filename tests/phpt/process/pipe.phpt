--TEST--
Swoole\Process: its pipe, before and after the start, of each type (rows 73 and 74)
--FILE--
<?php
use Swoole\Process;

/** A child that writes back what it reads, until it reads "end". */
function mirror(mixed ...$args): Process
{
    return new Process(function (Process $process) {
        while (!in_array($data = $process->read(), ['end', '', false], true)) {
            $process->write("<$data>");
        }
    }, false, ...$args);
}

function tell(mixed $what): void { echo json_encode($what), ' '; }

foreach (['default' => [], 'datagram' => [SOCK_DGRAM], 'stream' => [SOCK_STREAM], 'true' => [true]] as $name => $args) {
    echo "$name: ";
    $process = mirror(...$args);
    tell(is_int($process->pipe));
    tell([$process->write('one'), $process->write('two')]); // nobody reads it yet
    $process->start();
    if ($name === 'default' || $name === 'datagram') {
        tell([$process->read(), $process->read()]);
        $process->write('a long message');
        tell($process->read(4)); // the rest of it is lost
        $process->write('short');
        tell($process->read());
    } else {
        tell($process->read());
        $process->write('long');
        tell([$process->read(4), $process->read()]);
    }
    $process->write('end');
    tell(Process::wait()['code']);
    echo "\n";
}

echo "none: ";
$process = mirror(0);
tell($process->pipe);
foreach (['read', 'close', 'write' => 'x', 'setTimeout' => 1.0, 'setBlocking' => true] as $method => $argument) {
    is_int($method) ? @$process->$argument() : @$process->$method($argument);
    echo "\n  ", error_get_last()['message'];
}

echo "\nwaiting: ";
foreach ([SOCK_DGRAM, SOCK_STREAM] as $type) {
    $process = mirror($type);
    tell($process->setTimeout(0.05));
    $begin = microtime(true);
    tell([$process->read(), swoole_last_error(), (microtime(true) - $begin) > 0.045]);
    tell([$process->setTimeout(0), $process->setBlocking(false)]);
    tell([$process->read(), swoole_last_error()]);
}

echo "\nmisuse:\n";
$process = new Process(fn() => null);
var_dump($process->write(''), $process->write(str_repeat('x', 50_000_000)), swoole_last_error(), $process->read(0));
$stream = mirror(SOCK_STREAM);
$stream->setBlocking(false);
$took = $stream->write(str_repeat('x', 50_000_000));
tell($took > 10_000 && $took < 50_000_000); // as much as there was room for
tell([$stream->write('x'), swoole_last_error()]);

echo "\na long stream: ";
$process = new Process(function (Process $process) {
    for ($data = ''; strlen($data) < 5_000_000; $data .= $process->read(1_000_000));
    $process->write(md5($data));
}, false, SOCK_STREAM);
$process->start();
$data = random_bytes(5_000_000);
tell([$process->write($data), $process->read() === md5($data), Process::wait()['code']]);

echo "\na size above all memory is that of what is there: ";
$process = new Process(fn() => null);
$process->write('x');
$process->setTimeout(0.01);
$process->close(Process::PIPE_WRITE);
tell($process->read(PHP_INT_MAX)); // nothing
$process = new Process(function (Process $process) {
    tell([$process->read(PHP_INT_MAX), strlen($process->read(PHP_INT_MAX))]);
});
$process->write('abc');
$process->write(str_repeat('d', 100_000));
$process->start();
Process::wait();
?>
--EXPECTF--
default: true [3,3] ["<one>","<two>"] "<a l" "<short>" 0 
datagram: true [3,3] ["<one>","<two>"] "<a l" "<short>" 0 
stream: true [3,3] "<onetwo>" ["<lon","g>"] 0 
true: true [3,3] "<onetwo>" ["<lon","g>"] 0 
none: null 
  Swoole\Process::read(): no pipe, cannot read from the pipe
  Swoole\Process::close(): no pipe, cannot close the pipe
  Swoole\Process::write(): no pipe, cannot write to the pipe
  Swoole\Process::setTimeout(): no pipe, cannot set the timeout of the pipe
  Swoole\Process::setBlocking(): no pipe, cannot set the mode of the pipe
waiting: true [false,11,true] [true,true] [false,11] true [false,11,true] [true,true] [false,11] 
misuse:

Warning: Swoole\Process::write(): the data to send is empty in %spipe.php on line %d

Warning: Swoole\Process::write(): failed to write 50000000 bytes, Error: Message too long[90]: a datagram cannot be that long, a stream (pipe type 1) takes any length in %spipe.php on line %d

Warning: Swoole\Process::read(): the size must be above 0, got 0 in %spipe.php on line %d
bool(false)
bool(false)
int(90)
bool(false)
true [false,11] 
a long stream: [5000000,true,0] 
a size above all memory is that of what is there: false ["abc",100000] 
