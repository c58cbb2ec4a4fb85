--TEST--
The examples of docs/coroutine-sockets.md, as they stand there
--SKIPIF--
<?php exec('openssl version', $output, $status) !== false && $status === 0 || die('skip no openssl'); ?>
--FILE--
<?php
require __DIR__ . '/../include/tls.php';
preg_match_all('/^```php\n(.*?)^```$/ms', file_get_contents(__DIR__ . '/../../../docs/coroutine-sockets.md'), $blocks);
[$client, $server, $both] = $blocks[1];

// The ports of the page may be in use.
$port = function (): string {
    $probe = stream_socket_server('tcp://127.0.0.1:0');
    return substr(strrchr(stream_socket_get_name($probe, false), ':'), 1);
};
$tls = tls();
[$first, $second] = [$port(), $port()];
foreach (['client' => $client, 'server' => $server, 'both' => $both] as $name => $code) {
    file_put_contents("$tls/$name.php", "<?php\n" . strtr($code, ['9501' => $first, '9502' => $second]));
}
$arguments = preg_split('/\s+/', trim(str_replace('"', '', getenv('TEST_PHP_EXTRA_ARGS'))));
$run = fn(string $name) => proc_open([PHP_BINARY, ...$arguments, "$name.php"], [['file', '/dev/null', 'r'], ['pipe', 'w'], STDERR], $GLOBALS['pipes'], $tls);

$running = $run('server');
$end = microtime(true) + 10;
while (!@stream_socket_client("tcp://127.0.0.1:$first") && microtime(true) < $end) {
    usleep(2000);
}
foreach (['client', 'both'] as $name) {
    $process = $run($name);
    echo stream_get_contents($pipes[1]), '-- status ', proc_close($process), "\n";
}
proc_terminate($running);
proc_close($running);
?>
--EXPECT--
HELLO
-- status 0
only you can read this
-- status 0
