--TEST--
Swoole\Process: standard streams that are the pipe, exec()
--FILE--
<?php
use Swoole\Process;

/** Reads until so much has come. */
function take(Process $process, int $length): string
{
    for ($data = ''; strlen($data) < $length; $data .= $process->read());
    return $data;
}

$process = new Process(function (Process $process) {
    echo 'by echo ';
    fwrite(STDOUT, 'to STDOUT ');
    fwrite(STDERR, 'to STDERR ');
    $process->write('by write ');
    echo strtoupper(fgets(STDIN));
    return 0;
}, true, 0); // a pipe there is all the same
$process->start();
$process->write("a line\n");
var_dump(take($process, 44));
var_dump(Process::wait()['code']);

echo "exec\n";
$process = new Process(fn(Process $process) => $process->exec('/bin/cat', ['-', '-']), true);
$process->start();
$process->write('through cat');
var_dump($process->read());
$process->close(Process::PIPE_WRITE);
var_dump(Process::wait()['code']);

$process = new Process(fn(Process $process) => $process->exec('/bin/sh', ['-c', 'echo "$0 $1 $VALUE"; exit 9', 'zero', 5]), true);
putenv('VALUE=from the environment');
$process->start();
var_dump($process->read(), Process::wait()['code']);

echo "what the program gets: no handler, no mask, no descriptor of ours\n";
$process = new Process(function (Process $process) {
    Process::signal(SIGUSR1, fn() => null);
    $process->exec('/bin/grep', ['-E', '^Sig(Blk|Cgt)', '/proc/self/status']);
}, true);
$process->start();
Process::wait();
preg_match('/SigBlk:\s*(\w+)\s+SigCgt:\s*(\w+)/s', $process->read(), $m);
var_dump(hexdec($m[1]), hexdec($m[2]) & (1 << SIGUSR1 - 1));
$process = new Process(fn(Process $process) => $process->exec('/bin/ls', ['/proc/self/fd']), true);
$process->start();
Process::wait();
var_dump($process->read() === shell_exec('ls /proc/self/fd'));

echo "what cannot be run\n";
$process = new Process(fn() => null);
var_dump($process->exec('/nowhere', []), swoole_last_error(), $process->exec('', []));
var_dump($process->exec("/bin/echo\0", []), $process->exec('/bin/echo', ['x', "y\0z"]), swoole_last_error());
?>
--EXPECTF--
string(44) "by echo to STDOUT to STDERR by write A LINE
"
int(0)
exec
string(11) "through cat"
int(0)
string(28) "zero 5 from the environment
"
int(9)
what the program gets: no handler, no mask, no descriptor of ours
int(0)
int(0)
bool(true)
what cannot be run

Warning: Swoole\Process::exec(): failed to execute /nowhere, Error: No such file or directory[2] in %sredirect.php on line %d

Warning: Swoole\Process::exec(): exec file name is empty in %sredirect.php on line %d
bool(false)
int(2)
bool(false)

Warning: Swoole\Process::exec(): exec file name has a null byte in it in %sredirect.php on line %d

Warning: Swoole\Process::exec(): argument 2 has a null byte in it in %sredirect.php on line %d
bool(false)
bool(false)
int(22)
