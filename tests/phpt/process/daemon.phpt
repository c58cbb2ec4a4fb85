--TEST--
Swoole\Process::daemon(): the script goes on in the background
--FILE--
<?php
require __DIR__ . '/../include/child.php';
require __DIR__ . '/../include/serve.php'; // signal(), wait_for()

$directory = sys_get_temp_dir() . '/swoole-rs-daemon-' . getmypid();
mkdir($directory);
putenv("DIRECTORY=$directory");
$prologue = '<?php
use Swoole\Process;
chdir(getenv("DIRECTORY"));
define("BEFORE", getmypid());
/** What this process is, to be read when it has written it. */
function tell(mixed ...$more): void {
    $stat = explode(" ", file_get_contents("/proc/self/stat"));
    $facts = [getmypid() !== BEFORE, (int) $stat[5] === getmypid(), $stat[6], getcwd() === realpath(getenv("DIRECTORY")), ...$more];
    file_put_contents(getenv("DIRECTORY") . "/new", json_encode($facts) . "\n");
    rename(getenv("DIRECTORY") . "/new", getenv("DIRECTORY") . "/told");
}
';
$told = function () use ($directory): void {
    wait_for(fn() => file_exists("$directory/told"), 'the daemon');
    echo file_get_contents("$directory/told");
    unlink("$directory/told");
};

echo "as it is\n";
child($prologue . 'echo "printed once\n"; $done = Process::daemon(); echo "by the daemon\n"; tell($done, is_resource(STDOUT));');
$told();
echo "at the root, without streams\n";
child($prologue . 'Process::daemon(false, false); echo "lost"; tell(readlink("/proc/self/fd/0"), readlink("/proc/self/fd/1"), readlink("/proc/self/fd/2"));');
$told();
echo "streams of its own\n";
child($prologue . '
file_put_contents("in", "input");
$out = fopen("out", "w");
Process::daemon(true, true, [fopen("in", "r"), $out, $out]);
echo "output "; fwrite(STDERR, "and errors");
tell(fgets(STDIN), file_get_contents("out"));');
$told();
child($prologue . 'Process::daemon(true, true, [null, fopen("out", "w")]); echo "output"; tell(file_get_contents("out"));');
$told();
echo "timers and signals go on\n";
child($prologue . '
Process::signal(SIGUSR1, fn(int $signo) => tell("signal $signo"));
Swoole\Timer::after(5, fn() => Process::kill(getmypid(), SIGUSR1));
Swoole\Timer::after(50, fn() => null);
Process::daemon();
Swoole\Coroutine\run(fn() => null);');
$told();
echo "what cannot be\n";
child('<?php
var_dump(Swoole\Process::daemon(true, true, [1, 2, 3, 4]), Swoole\Process::daemon(true, true, ["x"]));
Swoole\Coroutine\run(fn() => Swoole\Process::daemon());');
array_map(unlink(...), glob("$directory/*"));
rmdir($directory);
?>
--EXPECTF--
as it is
printed once
by the daemon

-- status 0
[true,true,"0",true,true,true]
at the root, without streams

-- status 0
[true,true,"0",false,"\/dev\/null","\/dev\/null","\/dev\/null"]
streams of its own

-- status 0
[true,true,"0",true,"input","output and errors"]

-- status 0
[true,true,"0",true,"output"]
timers and signals go on

-- status 0
[true,true,"0",true,"signal 10"]
what cannot be
%AWarning: Swoole\Process::daemon(): there are 3 standard streams, got 4 to replace them in %s on line 2
%AWarning: Swoole\Process::daemon(): a standard stream can be replaced by one that is open, or null in %s on line 2
bool(false)
bool(false)
%AFatal error: Uncaught Swoole\Error: must be forked outside the coroutine in %s
%A
-- status 255
