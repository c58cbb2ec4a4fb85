--TEST--
Log lines: time, who, pid and worker, level; RTMIN to the main process has all processes open the file anew (rows 45 and 50)
--FILE--
<?php
require __DIR__ . '/../include/serve.php';

$log = tempnam(sys_get_temp_dir(), 'swoole-rs-log-');
$served = serve(function () use ($log) {
    $server = new Swoole\Server('127.0.0.1', 0, SWOOLE_PROCESS);
    $server->set(['worker_num' => 2, 'dispatch_mode' => 99]); // there is no log file yet: to standard output
    $server->set(['log_file' => $log, 'dispatch_mode' => 2]);
    $server->on('WorkerStart', fn($server, $worker) => note("WorkerStart $worker " . getmypid()));
    $server->on('ManagerStart', fn() => note('manager ' . getmypid()));
    $server->on('Receive', fn() => null);
    return $server;
});
$served->await('/^WorkerStart/', 2);
$served->await('/^manager/');
preg_match_all('/^(manager|WorkerStart 0|WorkerStart 1) (\d+)/m', $served->notes(), $found);
$pids = ['master' => $served->pid] + array_combine($found[1], $found[2]);
ksort($pids);
/** Has a process log something; the line. */
$line = function (int $pid) use ($log): string {
    wait_for(function () use ($pid, $log, &$line) {
        signal($pid, 'HUP'); // again and again, until it is in this file
        return preg_match("/.*[#$*]$pid\..*/", file_get_contents($log), $found) && $line = $found[0];
    }, "a line of $pid");
    return $line;
};
$show = function () use ($pids, $line) {
    foreach ($pids as $name => $pid) {
        $text = preg_replace('/^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d /', '[TIME ', $line((int) $pid));
        echo "$name: ", str_replace("$pid", 'PID', $text), "\n";
    }
};
$show();
rename($log, "$log.old");
$served->signal('RTMIN');
wait_for(fn() => file_exists($log), 'the new file');
echo "anew\n";
$show();
echo 'status ', $served->stop(), "\n";
array_map('unlink', glob("$log*"));
?>
--EXPECTF--
[%d-%d-%d %d:%d:%d %%d.0]	WARNING	Swoole\Server::set(): dispatch_mode must be 1, 2 or 3, got 99; 2 is used
WorkerStart 0: [TIME *PID.0]	WARNING	signal 1 is of no effect in worker 0
WorkerStart 1: [TIME *PID.1]	WARNING	signal 1 is of no effect in worker 1
manager: [TIME $PID.0]	WARNING	signal 1 is of no effect in the manager
master: [TIME #PID.0]	WARNING	signal 1 is of no effect in the master
anew
WorkerStart 0: [TIME *PID.0]	WARNING	signal 1 is of no effect in worker 0
WorkerStart 1: [TIME *PID.1]	WARNING	signal 1 is of no effect in worker 1
manager: [TIME $PID.0]	WARNING	signal 1 is of no effect in the manager
master: [TIME #PID.0]	WARNING	signal 1 is of no effect in the master
status 0
