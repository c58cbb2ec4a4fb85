--TEST--
Signals: INT ends the server in order, HUP and PIPE are only logged; a worker ends by TERM and is replaced, and does not by INT or USR1 (rows 44 and 45)
--FILE--
<?php
require __DIR__ . '/../include/serve.php';

foreach ([[SWOOLE_BASE, 1], [SWOOLE_BASE, 2], [SWOOLE_PROCESS, 2]] as [$mode, $workers]) {
    echo $mode === SWOOLE_BASE ? 'BASE' : 'PROCESS', " with $workers\n";
    $log = tempnam(sys_get_temp_dir(), 'swoole-rs-log-');
    $pid_file = "$log.pid";
    $served = serve(function () use ($mode, $workers, $log, $pid_file) {
        $server = new Swoole\Server('127.0.0.1', 0, $mode);
        $server->set(['worker_num' => $workers, 'log_file' => $log, 'pid_file' => $pid_file]);
        foreach (['WorkerStart', 'WorkerStop'] as $event) {
            $server->on($event, fn($server, $worker) => note("$event $worker " . getmypid()));
        }
        $server->on('WorkerError', fn() => note('WorkerError'));
        $server->on('BeforeShutdown', fn() => note('BeforeShutdown'));
        $server->on('Shutdown', fn() => note('Shutdown'));
        $server->on('ManagerStart', fn() => note('manager ' . getmypid()));
        $server->on('ManagerStop', fn() => note('ManagerStop'));
        $server->on('BeforeReload', fn() => note('BeforeReload'));
        $server->on('Receive', fn(Swoole\Server $server, int $fd) => $server->send($fd, (string) getmypid()));
        return $server;
    });
    $served->await('/^WorkerStart/', $workers);
    $logged = fn(string $text, int $count) => wait_for(fn() => preg_match_all("/$text/", file_get_contents($log)) === $count, "$count of $text in the log");
    echo 'pid_file ', json_encode(file_get_contents($pid_file) === (string) $served->pid), "\n";
    $served->signal('HUP');
    $logged('signal 1 ', 1);
    $served->signal('PIPE');
    $logged('signal 13 ', 1);
    if ($workers > 1) {
        preg_match('/^WorkerStart 1 (\d+)/m', $served->notes(), $worker);
        $pid = (int) $worker[1];
        signal($pid, 'INT'); // the terminal sends it to all
        signal($pid, 'USR1');
        $logged('signal 10 ', 1);
        signal($pid, 'HUP');
        $logged('signal 1 ', 2);
        $served->await('/^manager/');
        if ($mode === SWOOLE_PROCESS) {
            preg_match('/^manager (\d+)/m', $served->notes(), $manager);
            signal((int) $manager[1], 'INT');
            signal((int) $manager[1], 'HUP');
            $logged('signal 1 ', 3);
        }
        $served->signal('USR2');
        $logged('no task workers', 1);
        echo 'worker 1 lives: ', json_encode(is_alive($pid)), "\n";
        signal($pid, 'TERM');
        $served->await('/^WorkerStart 1/', 2);
        $served->await('/^WorkerStop/', 1);
        wait_for(fn() => !is_alive($pid), 'the old worker to go');
    }
    $client = $served->connect();
    $client->send('?');
    echo 'served: ', json_encode($client->recv() > 0), "\n";
    echo 'INT: status ', $served->stop('INT'), ', pid_file ', json_encode(file_exists($pid_file)), "\n";
    $lines = preg_replace('/ \d{2,}$/', '', explode("\n", trim($served->notes())));
    $begin = preg_grep('/^(WorkerSt|manager|WorkerError)/', $lines);
    sort($begin);
    echo implode(', ', $begin), "\n", implode(', ', preg_grep('/^(WorkerSt|manager|WorkerError)/', $lines, PREG_GREP_INVERT)), "\n";
    echo preg_replace(['/^\[[^]]*\]\s/m', '/ in worker \d/m'], ['', ' in worker N'], file_get_contents($log));
    unlink($log);
}
?>
--EXPECT--
BASE with 1
pid_file true
served: true
INT: status 0, pid_file false
WorkerStart 0, WorkerStop 0
BeforeShutdown, Shutdown
WARNING	signal 1 is of no effect in worker N
WARNING	signal 13 is of no effect in worker N
BASE with 2
pid_file true
worker 1 lives: true
served: true
INT: status 0, pid_file false
WorkerStart 0, WorkerStart 1, WorkerStart 1, WorkerStop 0, WorkerStop 1, WorkerStop 1, manager
BeforeShutdown, ManagerStop, Shutdown
WARNING	signal 1 is of no effect in the manager
WARNING	signal 13 is of no effect in the manager
WARNING	signal 10 is of no effect in worker N
WARNING	signal 1 is of no effect in worker N
INFO	there are no task workers to reload
PROCESS with 2
pid_file true
worker 1 lives: true
served: true
INT: status 0, pid_file false
WorkerStart 0, WorkerStart 1, WorkerStart 1, WorkerStop 0, WorkerStop 1, WorkerStop 1, manager
BeforeShutdown, ManagerStop, Shutdown
WARNING	signal 1 is of no effect in the master
WARNING	signal 13 is of no effect in the master
WARNING	signal 10 is of no effect in worker N
WARNING	signal 1 is of no effect in worker N
WARNING	signal 1 is of no effect in the manager
INFO	there are no task workers to reload
