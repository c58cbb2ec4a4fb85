--TEST--
Swoole\Process: start, wait, exit status, destructors and shutdown functions (row 73)
--FILE--
<?php
use Swoole\Process;

final class Witness
{
    public function __construct(private string $name) {}
    public function __destruct() { echo "$this->name is destructed in ", where(), "\n"; }
}

define('MAIN', getmypid());
function where(): string { return getmypid() === MAIN ? 'the parent' : 'a child'; }

/** Starts a process, and tells how it ended. */
function run(string $what, callable $callback): void
{
    echo "-- $what\n";
    $process = new Process($callback);
    $pid = $process->start();
    $ended = Process::wait();
    echo json_encode(['pid' => $ended['pid'] === $pid && $process->pid === $pid] + $ended), "\n";
}

var_dump(Process::wait(), Process::wait(false)); // no child
$witness = new Witness('what was there before');
register_shutdown_function(fn() => print 'shutdown in ' . where() . "\n");
echo 'what waits to be printed is printed once';
run('returns', function (Process $process) {
    echo "\n", get_class($process), ' ', json_encode([$process->pid === getmypid(), func_num_args()]), "\n";
    $local = new Witness('what a callback holds');
    return 7; // is not the status
});
run('exits', fn() => exit(3));
run('exits in a function', fn() => (function () { try { exit(4); } finally { echo "no finally\n"; } })());
run('throws', fn() => throw new RuntimeException('nobody catches it'));
run('dies', fn() => @trigger_error('fatal', E_USER_ERROR));
run('is killed', fn() => Process::kill(getmypid(), SIGKILL));
run('has a child of its own', function () {
    $grandchild = new Process(fn() => exit(5));
    $grandchild->start();
    exit(Process::wait()['code'] + 1);
});

echo "-- twice\n";
$process = new Process(fn(Process $process) => $process->read());
$first = $process->start();
var_dump($process->start()); // it runs
$process->write('go');
Process::wait();
$second = $process->start(); // the same once more
$process->write('go');
var_dump($second !== $first, Process::wait()['pid'] === $second, $process->pid === $second);
echo "-- the end\n";
?>
--EXPECTF--
bool(false)
bool(false)
what waits to be printed is printed once-- returns

Swoole\Process [true,1]
what a callback holds is destructed in a child
shutdown in a child
what was there before is destructed in a child
{"pid":true,"code":0,"signal":0}
-- exits
shutdown in a child
what was there before is destructed in a child
{"pid":true,"code":3,"signal":0}
-- exits in a function
shutdown in a child
what was there before is destructed in a child
{"pid":true,"code":4,"signal":0}
-- throws

Fatal error: Uncaught RuntimeException: nobody catches it in %slife.php:%d
Stack trace:
%A
  thrown in %slife.php on line %d
shutdown in a child
what was there before is destructed in a child
{"pid":true,"code":255,"signal":0}
-- dies

Fatal error: fatal in %slife.php on line %d
shutdown in a child
{"pid":true,"code":255,"signal":0}
-- is killed
{"pid":true,"code":0,"signal":9}
-- has a child of its own
shutdown in a child
what was there before is destructed in a child
shutdown in a child
what was there before is destructed in a child
{"pid":true,"code":6,"signal":0}
-- twice

Warning: Swoole\Process::start(): process has already been started, its pid is %d in %slife.php on line %d
bool(false)
shutdown in a child
what was there before is destructed in a child
shutdown in a child
what was there before is destructed in a child
bool(true)
bool(true)
bool(true)
-- the end
shutdown in the parent
what was there before is destructed in the parent
