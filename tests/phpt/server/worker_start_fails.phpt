--TEST--
A worker that dies as soon as it starts is replaced after a pause that grows, and said once; the others serve (row 26)
--FILE--
<?php
require __DIR__ . '/../include/serve.php';

foreach ([SWOOLE_BASE => 'BASE', SWOOLE_PROCESS => 'PROCESS'] as $mode => $name) {
    $log = tempnam(sys_get_temp_dir(), 'swoole-rs-log-');
    $served = serve(function () use ($mode, $log) {
        ini_set('display_errors', '0');
        $server = new Swoole\Server('127.0.0.1', 0, $mode);
        $server->set(['worker_num' => 2, 'log_file' => $log]);
        $server->on('WorkerStart', function (Swoole\Server $server, int $worker) {
            note("start $worker " . hrtime(true));
            if ($worker === 1 && substr_count(file_get_contents(getenv('SWOOLE_NOTES')), 'start 1') < 6) {
                @trigger_error('it cannot work', E_USER_ERROR);
            }
        });
        $server->on('WorkerError', fn($server, $worker, $pid, $code, $signal) => note("WorkerError $worker $code $signal"));
        $server->on('Receive', fn(Swoole\Server $server, int $fd) => $server->send($fd, "$server->worker_id"));
        return $server;
    });
    $client = $served->connect();
    $client->send('?');
    // In PROCESS it may be the worker that does not start: then the message waits for it.
    $answer = $client->recv();
    $served->await('/^start 1/', 6);
    echo "$name: answered ", json_encode($answer === '0' || $answer === '1'), ', status ', $served->stop(), "\n";
    preg_match_all('/^start 1 (\d+)/m', $served->notes(), $starts);
    $pauses = array_map(fn($i) => ($starts[1][$i] - $starts[1][$i - 1]) / 1e9, range(1, 5));
    foreach ([0, 0.1, 0.2, 0.4, 0.8] as $i => $least) {
        $pauses[$i] >= $least || print("pause $i is $pauses[$i], not $least\n");
    }
    echo 'errors ', preg_match_all('/^WorkerError 1 255 0$/m', $served->notes()), ', of the other ', preg_match_all('/^(start 0|WorkerError 0)/m', $served->notes()) - 1, "\n";
    $lines = preg_replace(['/^\[[^]]*\]\s/', '/pid=\d+/'], ['', 'pid=N'], file($log, FILE_IGNORE_NEW_LINES));
    foreach (array_count_values($lines) as $line => $count) {
        echo "$count times: $line\n";
    }
    unlink($log);
}
?>
--EXPECT--
BASE: answered true, status 0
errors 5, of the other 0
5 times: WARNING	worker(pid=N, id=1) abnormal exit, status=255, signal=0
1 times: WARNING	worker 1 ends soon after each start: it is started again after a pause that grows to 10s
PROCESS: answered true, status 0
errors 5, of the other 0
5 times: WARNING	worker(pid=N, id=1) abnormal exit, status=255, signal=0
1 times: WARNING	worker 1 ends soon after each start: it is started again after a pause that grows to 10s
