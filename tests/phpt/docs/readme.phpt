--TEST--
The README's server and client, as they stand there, talk to each other
--FILE--
<?php
preg_match_all('/^```php\n(.*?)^```$/ms', file_get_contents(__DIR__ . '/../../../README.md'), $blocks);
[$server, $client] = $blocks[1];

// The port of the page may be in use.
$probe = stream_socket_server('tcp://127.0.0.1:0');
$port = substr(strrchr(stream_socket_get_name($probe, false), ':'), 1);
fclose($probe);

$folder = sys_get_temp_dir() . '/swoole-readme-' . getmypid();
mkdir($folder);
foreach (['server' => $server, 'client' => $client] as $name => $code) {
    file_put_contents("$folder/$name.php", str_replace('9501', $port, $code));
}
$arguments = preg_split('/\s+/', trim(str_replace('"', '', getenv('TEST_PHP_EXTRA_ARGS'))));
$command = fn(string $name) => [PHP_BINARY, ...$arguments, "$folder/$name.php"];
$running = proc_open($command('server'), [['file', '/dev/null', 'r'], ['pipe', 'w'], STDERR], $pipes);

// It is there once it takes a connection.
$end = microtime(true) + 10;
while (!($first = @stream_socket_client("tcp://127.0.0.1:$port")) && microtime(true) < $end) {
    usleep(2000);
}
fclose($first);

$asked = proc_open($command('client'), [['file', '/dev/null', 'r'], ['pipe', 'w'], STDERR], $answer);
echo stream_get_contents($answer[1]);
proc_close($asked);
proc_terminate($running);
echo implode("\n", array_unique(array_map(fn($line) => preg_replace('/\d+/', 'N', $line), explode("\n", trim(stream_get_contents($pipes[1])))))), "\n";
echo 'status ', proc_close($running), "\n";
array_map('unlink', glob("$folder/*"));
rmdir($folder);
?>
--EXPECT--
You said: hello
#N is here
#N has gone
status 0
