--TEST--
Swoole\Client in PHP-FPM: requests in one worker process, each with its client, and nothing left behind
--SKIPIF--
<?php
if (!glob('/usr/sbin/php-fpm' . PHP_MAJOR_VERSION . '.' . PHP_MINOR_VERSION)) echo 'skip no php-fpm of this version';
?>
--FILE--
<?php
require __DIR__ . '/peer.inc';

// Echoes what a connection says until it ends, then takes the next: five in all.
$peer = new Peer('foreach (range(1, 5) as $_) { $c = accept(); while (($line = fgets($c)) !== false) fwrite($c, strrev(trim($line)) . "\n"); fclose($c); }');

$folder = sys_get_temp_dir() . '/swoole-fpm-' . getmypid();
mkdir($folder);
file_put_contents("$folder/ask.php", '<?php
    $client = new Swoole\Client(SWOOLE_SOCK_TCP);
    $client->connect("' . $peer->host . '", ' . $peer->port . ', 5) || exit("connect: $client->errCode");
    $client->send("$_SERVER[QUERY_STRING]\n");
    echo trim($client->recv()), " ", memory_get_usage() > 0 ? "ok" : "", " ", count(scandir("/proc/self/fd")), " ", getmypid();
    if ($_SERVER["QUERY_STRING"] === "fatal") { @trigger_error("on purpose", E_USER_ERROR); }
');
file_put_contents("$folder/fpm.conf", "[global]\nerror_log = $folder/log\ndaemonize = no\n[www]\nlisten = $folder/socket\npm = static\npm.max_children = 1\n");
$arguments = preg_split('/\s+/', trim(str_replace('"', '', getenv('TEST_PHP_EXTRA_ARGS'))));
$fpm = '/usr/sbin/php-fpm' . PHP_MAJOR_VERSION . '.' . PHP_MINOR_VERSION;
$root = trim(shell_exec('id -u')) === '0' ? ['-R'] : [];
$process = proc_open([$fpm, ...$arguments, '-n', '-F', ...$root, '-y', "$folder/fpm.conf"], [['file', '/dev/null', 'r'], ['file', '/dev/null', 'w'], ['pipe', 'w']], $pipes);
register_shutdown_function(function () use ($process, $folder) {
    proc_terminate($process);
    proc_close($process);
    array_map('unlink', glob("$folder/*"));
    rmdir($folder);
});
// It says on its log when it takes connections.
while (!str_contains(@file_get_contents("$folder/log") ?: '', 'ready to handle connections')) {
    proc_get_status($process)['running'] || exit("php-fpm has ended:\n" . stream_get_contents($pipes[2]));
    usleep(2000);
}

/** A FastCGI request (records of version 1: begin 1, params 4, stdin 5; stdout 6, end 3) and what the script printed. */
function request(string $socket, string $script, string $query): string
{
    $record = fn(int $type, string $content) => pack('CCnnCC', 1, $type, 1, strlen($content), 0, 0) . $content;
    $pairs = '';
    foreach (['REQUEST_METHOD' => 'GET', 'SCRIPT_FILENAME' => $script, 'QUERY_STRING' => $query] as $name => $value) {
        $pairs .= chr(strlen($name)) . chr(strlen($value)) . $name . $value;
    }
    $stream = stream_socket_client("unix://$socket") ?: exit('no connection');
    fwrite($stream, $record(1, pack('nCx5', 1, 0)) . $record(4, $pairs) . $record(4, '') . $record(5, ''));
    $output = '';
    do {
        ['type' => $type, 'length' => $length, 'padding' => $padding] = unpack('Cversion/Ctype/nid/nlength/Cpadding', stream_get_contents($stream, 8));
        $content = $length + $padding > 0 ? substr(stream_get_contents($stream, $length + $padding), 0, $length) : '';
        $output .= $type === 6 ? $content : '';
    } while ($type !== 3);
    return trim(substr($output, strpos($output, "\r\n\r\n")));
}

$seen = [];
foreach (['first', 'second', 'fatal', 'fourth', 'fifth'] as $query) {
    [$answer, $ok, $descriptors, $pid] = explode(' ', strtok(request("$folder/socket", "$folder/ask.php", $query), "\n"));
    $seen[] = [(int) $descriptors, (int) $pid];
    echo "$query: $answer $ok\n";
}
echo 'processes: ', count(array_unique(array_column($seen, 1))), "\n";
echo 'descriptors: ', $seen[4][0] - $seen[1][0], " more than before\n";
?>
--EXPECT--
first: tsrif ok
second: dnoces ok
fatal: lataf ok
fourth: htruof ok
fifth: htfif ok
processes: 1
descriptors: 0 more than before
