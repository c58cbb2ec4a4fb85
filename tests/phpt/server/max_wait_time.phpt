--TEST--
A worker that blocks is killed once max_wait_time is over, at a shutdown and at a reload, and that is no WorkerError (row 47)
--FILE--
<?php
require __DIR__ . '/../include/serve.php';

foreach ([SWOOLE_BASE => 'BASE', SWOOLE_PROCESS => 'PROCESS'] as $mode => $name) {
    foreach (['TERM', 'USR1'] as $signal) {
        $log = tempnam(sys_get_temp_dir(), 'swoole-rs-log-');
        $served = serve(function () use ($mode, $log) {
            $server = new Swoole\Server('127.0.0.1', 0, $mode);
            // With max_request BASE has a manager for one worker, too.
            $server->set(['worker_num' => 1, 'max_request' => 1000, 'log_file' => $log, 'log_level' => SWOOLE_LOG_WARNING, 'max_wait_time' => 0.3]);
            foreach (['WorkerStart', 'WorkerStop', 'WorkerError', 'Shutdown'] as $event) {
                $server->on($event, fn() => note($event));
            }
            $server->on('Receive', function () {
                note('blocked ' . getmypid());
                while (true) {
                    sleep(10); // a signal wakes it
                }
            });
            return $server;
        });
        $served->await('/^WorkerStart/');
        $client = $served->connect();
        $client->send('?');
        $served->await('/^blocked/');
        preg_match('/^blocked (\d+)/m', $served->notes(), $pid);
        $begin = microtime(true);
        $served->signal($signal);
        wait_for(fn() => !is_alive((int) $pid[1]), 'the worker to be killed');
        $took = microtime(true) - $begin;
        echo "$name, $signal: the client sees ", json_encode(@$client->recv()), ', ', $took >= 0.3 && $took < 4 ? 'in time' : "after $took s";
        $signal === 'USR1' && $served->await('/^WorkerStart/', 2);
        echo $signal === 'TERM' ? ', status ' . $served->wait() : ', replaced', "\n";
        $counts = array_count_values(preg_replace('/ \d+/', '', explode("\n", trim($served->notes()))));
        ksort($counts);
        echo json_encode($counts), "\n";
        echo preg_replace(['/^\[[^]]*\]\s/m', '/pid=\d+, id=\d/'], ['', 'pid=N, id=N'], file_get_contents($log));
        $served->stop();
        unlink($log);
    }
}
?>
--EXPECT--
BASE, TERM: the client sees "", in time, status 0
{"Shutdown":1,"WorkerStart":1,"blocked":1}
WARNING	worker(pid=N, id=N) did not leave within max_wait_time, forced termination
BASE, USR1: the client sees "", in time, replaced
{"WorkerStart":2,"blocked":1}
WARNING	worker(pid=N, id=N) did not leave within max_wait_time, forced termination
PROCESS, TERM: the client sees "", in time, status 0
{"Shutdown":1,"WorkerStart":1,"blocked":1}
WARNING	worker(pid=N, id=N) did not leave within max_wait_time, forced termination
PROCESS, USR1: the client sees "", in time, replaced
{"WorkerStart":2,"blocked":1}
WARNING	worker(pid=N, id=N) did not leave within max_wait_time, forced termination
