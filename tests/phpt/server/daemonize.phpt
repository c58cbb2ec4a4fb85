--TEST--
daemonize: the parent leaves with 0 and prints nothing; own session, working directory /, same umask, output to log_file; pid_file is the daemon's (row 49)
--FILE--
<?php
require __DIR__ . '/../include/serve.php';

foreach ([SWOOLE_BASE => 'BASE', SWOOLE_PROCESS => 'PROCESS'] as $mode => $name) {
    $log = tempnam(sys_get_temp_dir(), 'swoole-rs-log-');
    $pid_file = "$log.pid";
    $umask = umask(0027);
    $served = serve(function () use ($mode, $log, $pid_file) {
        chdir(sys_get_temp_dir());
        $server = new Swoole\Server('127.0.0.1', 0, $mode);
        $server->set(['daemonize' => true, 'worker_num' => 2, 'log_file' => basename($log), 'pid_file' => $pid_file, 'log_level' => SWOOLE_LOG_ERROR]);
        register_shutdown_function(fn() => note('shutdown functions run'));
        $server->on('Start', fn($server) => note('Start'));
        $server->on('WorkerStart', function () {
            echo "printed by a worker\n";
            fwrite(STDERR, "an error of a worker\n");
            note('WorkerStart ' . getcwd());
        });
        $server->on('Shutdown', fn($server) => note('Shutdown'));
        $server->on('Receive', fn(Swoole\Server $server, int $fd) => $server->send($fd, json_encode([$server->master_pid, $server->manager_pid])));
        return $server;
    });
    umask($umask);
    echo "$name: the parent's status ", $served->wait(), "\n"; // while the server runs
    $pid = (int) file_get_contents($pid_file);
    register_shutdown_function(fn() => is_alive($pid) && signal($pid, 'TERM'));
    $served->await('/^WorkerStart/', 2);
    $stat = file_get_contents("/proc/$pid/stat");
    $session = (int) explode(' ', substr($stat, strrpos($stat, ')') + 2))[3];
    preg_match('/^Umask:\s+(\d+)/m', file_get_contents("/proc/$pid/status"), $mask);
    $client = $served->connect();
    $client->send('?');
    [$master, $manager] = json_decode($client->recv());
    $client->close();
    echo json_encode([
        'pid_file' => file_get_contents($pid_file) === (string) ($mode === SWOOLE_PROCESS ? $master : $manager),
        'a process of its own' => $pid !== $served->pid,
        'own session' => $session === $pid,
        'cwd' => readlink("/proc/$pid/cwd"),
        'umask' => $mask[1],
        'stdin' => readlink("/proc/$pid/fd/0"),
        'stdout' => readlink("/proc/$pid/fd/1") === $log,
    ]), "\n";
    signal($pid, 'TERM');
    wait_for(fn() => !is_alive($pid), 'the daemon to end');
    echo 'pid_file is there: ', json_encode(file_exists($pid_file)), "\n";
    $lines = array_merge(explode("\n", trim($served->notes())), file($log, FILE_IGNORE_NEW_LINES));
    sort($lines);
    echo implode("\n", $lines), "\n";
    unlink($log);
}
?>
--EXPECT--
BASE: the parent's status 0
{"pid_file":true,"a process of its own":true,"own session":true,"cwd":"\/","umask":"0027","stdin":"\/dev\/null","stdout":true}
pid_file is there: false
Shutdown
Start
WorkerStart /
WorkerStart /
an error of a worker
an error of a worker
printed by a worker
printed by a worker
shutdown functions run
PROCESS: the parent's status 0
{"pid_file":true,"a process of its own":true,"own session":true,"cwd":"\/","umask":"0027","stdin":"\/dev\/null","stdout":true}
pid_file is there: false
Shutdown
Start
WorkerStart /
WorkerStart /
an error of a worker
an error of a worker
printed by a worker
printed by a worker
shutdown functions run
