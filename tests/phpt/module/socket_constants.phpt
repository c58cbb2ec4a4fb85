--TEST--
The constants of ext/sockets are there without it, and its own where it is loaded
--FILE--
<?php
var_dump([AF_UNIX, AF_INET, AF_INET6, SOCK_STREAM, SOCK_DGRAM, SOL_SOCKET, SO_REUSEADDR, SOL_TCP, TCP_NODELAY] === [1, 2, 10, 1, 2, 1, 2, 6, 1]);
var_dump((new ReflectionMethod(Swoole\Process::class, '__construct'))->getParameters()[2]->getDefaultValue());
$sockets = ini_get('extension_dir') . '/sockets.so';
if (is_file($sockets)) {
    $library = array_values(array_filter(explode("\n", file_get_contents('/proc/self/maps')), fn($line) => str_contains($line, 'swoole.so')))[0];
    $library = substr($library, strpos($library, '/'));
    foreach ([[$library, 'sockets'], ['sockets', $library]] as [$first, $second]) {
        $command = [PHP_BINARY, '-n', '-d', 'display_errors=1', '-d', "extension=$first", '-d', "extension=$second", '-r', 'echo SOCK_DGRAM, extension_loaded("sockets") && extension_loaded("swoole") ? " both" : " not both", "\n";'];
        passthru(implode(' ', array_map('escapeshellarg', $command)) . ' 2>&1');
    }
} else {
    echo "2 both\n2 both\n";
}
?>
--EXPECT--
bool(true)
int(2)
2 both
2 both
