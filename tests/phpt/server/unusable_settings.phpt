--TEST--
An unknown user or group, a chroot that fails and a pid_file that cannot be written cost a log warning each, and the server runs (row 5)
--FILE--
<?php
require __DIR__ . '/../include/serve.php';

$log = tempnam(sys_get_temp_dir(), 'swoole-rs-log-');
foreach ([
    'user' => 'no-such-user',
    'group' => 'no-such-group',
    'chroot' => '/no/such/folder',
    'pid_file' => '/no/such/folder/pid',
] as $option => $value) {
    $served = serve(function () use ($option, $value, $log) {
        $server = new Swoole\Server('127.0.0.1', 0, SWOOLE_PROCESS);
        $server->set(['worker_num' => 1, 'log_file' => $log, $option => $value]);
        $server->on('Receive', fn(Swoole\Server $server, int $fd) => $server->send($fd, 'served'));
        return $server;
    });
    $client = $served->connect();
    $client->send('?');
    echo "$option: ", $client->recv(), ', status ', $served->stop(), "\n";
    echo preg_replace('/^\[[^]]*\]\s/m', '', file_get_contents($log));
    file_put_contents($log, '');
}
unlink($log);
?>
--EXPECT--
user: served, status 0
WARNING	cannot look up user [no-such-user]: not found
group: served, status 0
WARNING	cannot look up group [no-such-group]: not found
chroot: served, status 0
WARNING	chroot(/no/such/folder) failed, Error: No such file or directory[2]
pid_file: served, status 0
WARNING	pid_file /no/such/folder/pid cannot be written: No such file or directory (os error 2)
