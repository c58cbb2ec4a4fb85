--TEST--
Process\Pool: what returns is started again at once, what fails after a pause; exceptions, exit(), signals (row 76)
--FILE--
<?php
require __DIR__ . '/pool.inc';

// It returns: hundreds of starts a second, with WorkerStop each time, and neither destructors nor shutdown functions.
$pool = pool(function () {
    register_shutdown_function(fn() => note('shutdown function'));
    $pool = new Swoole\Process\Pool(1);
    $pool->on('WorkerStart', fn() => note('begins'));
    $pool->on('WorkerStop', fn() => note('ends'));
    return $pool;
});
$begin = microtime(true);
$pool->await('/^begins/', 50);
echo 'fifty starts ', microtime(true) - $begin < 3 ? 'at once' : 'slowly', ', status ', $pool->stop(), "\n";
$counts = array_count_values(explode("\n", trim($pool->notes())));
var_dump($counts['ends'] >= 49, $counts['shutdown function']);

// It fails.
$fails = [
    'exception' => fn() => throw new RuntimeException('on purpose'),
    'exit' => fn() => exit(7),
    'fatal' => fn() => @trigger_error('on purpose', E_USER_ERROR),
    'signal' => fn() => exec('kill -KILL ' . getmypid()),
];
foreach ($fails as $name => $fail) {
    $log = tempnam(sys_get_temp_dir(), 'pool');
    $pool = pool(function () use ($fail, $log) {
        ini_set('display_errors', '0');
        register_shutdown_function(fn() => note('shutdown function'));
        $pool = new Swoole\Process\Pool(1);
        // The lines of the log go to standard output.
        fclose(STDOUT);
        $GLOBALS['stdout'] = fopen($log, 'a');
        $pool->on('WorkerStart', function () use ($fail) {
            note('begins ' . (int) (hrtime(true) / 1e6));
            $fail();
        });
        $pool->on('WorkerStop', fn() => note('stop'));
        return $pool;
    });
    $pool->await('/^begins/', 4);
    echo "$name: status ", $pool->stop(), ', ';
    preg_match_all('/^begins (\d+)/m', $pool->notes(), $found);
    $times = $found[1];
    echo $times[2] - $times[1] >= 99 && $times[3] - $times[2] >= 199 ? 'a growing pause' : json_encode($times);
    echo str_contains($pool->notes(), 'stop') ? ', WorkerStop' : '';
    echo ', ', substr_count($pool->notes(), 'shutdown function') > 1 ? 'shutdown functions' : 'none', "\n";
    preg_match('/worker\(pid=\d+, id=0\) (abnormal exit, status=\d+, signal=\d+)/', file_get_contents($log), $line);
    echo '  ', $line[1] ?? 'no line: ' . file_get_contents($log), "\n";
    unlink($log);
}
?>
--EXPECT--
fifty starts at once, status 0
bool(true)
int(1)
exception: status 0, a growing pause, shutdown functions
  abnormal exit, status=255, signal=0
exit: status 0, a growing pause, shutdown functions
  abnormal exit, status=7, signal=0
fatal: status 0, a growing pause, shutdown functions
  abnormal exit, status=255, signal=0
signal: status 0, a growing pause, none
  abnormal exit, status=0, signal=9
