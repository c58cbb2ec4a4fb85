--TEST--
The examples of docs/pool.md, as they stand there
--FILE--
<?php
require __DIR__ . '/../pool/pool.inc';

preg_match_all('/^```php\n(.*?)^```$/ms', file_get_contents(__DIR__ . '/../../../docs/pool.md'), $blocks);
[$loop, $socket, $coroutines] = $blocks[1];
$arguments = preg_split('/\s+/', trim(str_replace('"', '', getenv('TEST_PHP_EXTRA_ARGS'))));
$run = function (string $code) use ($arguments): array {
    $file = tempnam(sys_get_temp_dir(), 'pool');
    file_put_contents($file, "<?php\n" . $code);
    $process = proc_open([PHP_BINARY, ...$arguments, $file], [['file', '/dev/null', 'r'], ['pipe', 'w'], STDERR], $pipes);
    return [$process, $pipes[1], $file];
};
$end = function (array $running): string {
    [$process, $pipe, $file] = $running;
    proc_terminate($process);
    $output = stream_get_contents($pipe);
    unlink($file);
    return $output . 'status ' . proc_close($process) . "\n";
};

// A queue that has nothing, and says how often it was asked.
$queue = 'function connect_to_my_queue() { return new class { function take(float $timeout) { echo "asked\n"; usleep(50000); return null; } }; }';
$running = $run("$queue\n$loop");
$output = '';
while (substr_count($output, 'asked') < 8) {
    $output .= fgets($running[1]);
}
echo preg_replace('/(asked\n)+/', "asked\n", $output . $end($running));

$probe = stream_socket_server('tcp://127.0.0.1:0');
$port = substr(strrchr(stream_socket_get_name($probe, false), ':'), 1);
fclose($probe);
$running = $run(str_replace('8089', $port, $socket));
wait_for(fn() => @stream_socket_client("tcp://127.0.0.1:$port"), 'the pool to listen');
echo ask("tcp://127.0.0.1:$port", 'hello'), "\n", $end($running);

$running = $run($coroutines);
$lines = [];
$begin = microtime(true);
while (count($lines) < 10) {
    $lines[] = fgets($running[1]);
}
echo microtime(true) - $begin < 0.9 ? 'all at once' : 'one by one', "\n";
sort($lines, SORT_NATURAL);
echo implode($lines), $end($running);
?>
--EXPECT--
asked
status 0
you said hello
status 0
all at once
worker 0 has dealt with message 2
worker 0 has dealt with message 4
worker 0 has dealt with message 6
worker 0 has dealt with message 8
worker 0 has dealt with message 10
worker 1 has dealt with message 1
worker 1 has dealt with message 3
worker 1 has dealt with message 5
worker 1 has dealt with message 7
worker 1 has dealt with message 9
status 0
