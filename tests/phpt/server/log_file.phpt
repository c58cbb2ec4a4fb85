--TEST--
log_rotation names the file after the day, log_date_format and log_level are followed, a file that cannot be opened costs one warning (rows 5 and 50)
--FILE--
<?php
require __DIR__ . '/../include/serve.php';

$folder = sys_get_temp_dir() . '/swoole-rs-log-' . getmypid();
mkdir($folder);
$settings = [
    'rotation' => ['log_file' => "$folder/a", 'log_rotation' => SWOOLE_LOG_ROTATION_DAILY],
    'format' => ['log_file' => "$folder/b", 'log_date_format' => '%d.%m.%y', 'log_date_with_microseconds' => true],
    'level' => ['log_file' => "$folder/c", 'log_level' => SWOOLE_LOG_ERROR],
    'none' => ['log_file' => "$folder/no/such/folder"],
];
foreach ($settings as $name => $setting) {
    echo "$name:\n";
    $served = serve(function () use ($setting) {
        $server = new Swoole\Server('127.0.0.1', 0, SWOOLE_BASE);
        $server->set($setting);
        $server->on('Receive', fn(Swoole\Server $server, int $fd) => $server->send($fd, json_encode($server->reload())));
        return $server;
    });
    $client = $served->connect();
    $client->send('reload'); // one process: not supported, which is logged as a warning
    echo $client->recv(), ' status ', $served->stop(), "\n";
    foreach (glob("$folder/*") as $file) {
        echo preg_replace('/20\d{6}$/', 'DATE', basename($file)), ': ', preg_replace('/\d+/', 'N', file_get_contents($file)) ?: "empty\n";
        unlink($file);
    }
}
rmdir($folder);
?>
--EXPECTF--
rotation:
false status 0
a.DATE: [N-N-N N:N:N *N.N]	WARNING	reload is not supported with single process mode
format:
false status 0
b: [N.N.N<.N> *N.N]	WARNING	reload is not supported with single process mode
level:
false status 0
c: empty
none:
[%s]	WARNING	cannot open the log file %s/no/such/folder: No such file or directory (os error 2); the log goes to standard output
[%s]	WARNING	reload is not supported with single process mode
false status 0
