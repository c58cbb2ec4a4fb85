--TEST--
Swoole\Process without descriptors left, and with standard streams that were closed
--FILE--
<?php
require __DIR__ . '/../include/child.php';
use Swoole\Process;

/** Opens files until there is none left. */
$exhaust = '$files = [];
while (count($files) < 100_000 && ($file = @fopen("/dev/null", "r"))) { $files[] = $file; }
';
child('<?php
$before = new Swoole\Process(fn(Swoole\Process $process) => $process->write("a pipe that is there works"));
' . $exhaust . '
set_error_handler(fn(int $level, string $text) => print "$text\n");
try {
    new Swoole\Process(fn() => null);
} catch (Swoole\Exception $error) {
    echo $error->getCode(), ": ", $error->getMessage(), "\n";
}
var_dump(Swoole\Process::signal(SIGUSR1, fn() => null));
$before->start();
echo $before->read(), "\n";
');

echo "a pipe whose numbers are those of standard streams\n";
$script = tempnam(sys_get_temp_dir(), 'swoole-rs-');
file_put_contents($script, '<?php
$told = fopen($argv[1], "w");
$process = new Swoole\Process(fn($process) => $process->exec("/bin/sh", ["-c", "read line; echo \"\$line\"; echo errors >&2"]), true);
$process->start();
$process->write("a line\n");
for ($text = ""; strlen($text) < 14 && $process->setTimeout(5) && ($piece = $process->read()); $text .= $piece);
fwrite($told, json_encode([$text, Swoole\Process::wait()["code"]]));
');
preg_match('~/\S*swoole\.so~', file_get_contents('/proc/self/maps'), $m);
foreach (['<&-', '<&- >&-', '<&- >&- 2>&-'] as $closed) {
    exec(escapeshellarg(PHP_BINARY) . ' -n -d extension=' . escapeshellarg($m[0]) . " $script $script.told $closed");
    echo $closed, ': ', file_get_contents("$script.told"), "\n";
}
unlink($script);
unlink("$script.told");
?>
--EXPECT--
24: failed to create the pipe, Error: Too many open files[24]
Swoole\Process::signal(): signal [10] cannot be listened to, Error: Too many open files[24]
bool(false)
a pipe that is there works

-- status 0
a pipe whose numbers are those of standard streams
<&-: ["a line\nerrors\n",0]
<&- >&-: ["a line\nerrors\n",0]
<&- >&- 2>&-: ["a line\nerrors\n",0]
