--TEST--
Swoole\Process: output buffers that are open at the start stay the parent's, their content too
--FILE--
<?php
require __DIR__ . '/../include/child.php';
use Swoole\Process;

echo "what the parent has in a buffer is neither printed by the start nor in the child\n";
ob_start();
echo 'kept by the parent';
$process = new Process(function () {
    echo json_encode([ob_get_level(), ob_get_length()]), " in the child\n";
});
$process->start();
Process::wait();
$kept = ob_get_clean();
var_dump($kept);

echo "a buffer's function is called for what a process has printed itself\n";
ob_start(fn(string $text) => "<$text>");
echo 'of the parent';
$process = new Process(fn() => print 'of the child');
$process->start();
Process::wait();
ob_end_flush();

echo "\ndaemon() takes them along\n";
$file = tempnam(sys_get_temp_dir(), 'swoole-rs-');
putenv("KEPT=$file");
child('<?php
ob_start();
echo "kept";
Swoole\Process::daemon();
file_put_contents(getenv("KEPT") . ".new", ob_get_clean());
rename(getenv("KEPT") . ".new", getenv("KEPT"));
');
for ($end = microtime(true) + 10; file_get_contents($file) === '' && microtime(true) < $end; usleep(1000), clearstatcache());
var_dump(file_get_contents($file));
unlink($file);
?>
--EXPECT--
what the parent has in a buffer is neither printed by the start nor in the child
[1,0] in the child
string(18) "kept by the parent"
a buffer's function is called for what a process has printed itself
<of the child><of the parent>
daemon() takes them along

-- status 0
string(4) "kept"
