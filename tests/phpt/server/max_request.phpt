--TEST--
max_request: a worker is replaced after so many messages and a random extra; no answer is lost, in BASE its clients have to connect anew (row 48)
--FILE--
<?php
require __DIR__ . '/../include/serve.php';

foreach ([SWOOLE_BASE => 'BASE', SWOOLE_PROCESS => 'PROCESS'] as $mode => $name) {
    $served = serve(function () use ($mode) {
        $server = new Swoole\Server('127.0.0.1', 0, $mode);
        $server->set(['worker_num' => 2, 'max_request' => 20, 'log_level' => SWOOLE_LOG_ERROR]);
        $server->on('WorkerStart', fn() => note('WorkerStart'));
        $count = 0;
        $server->on('WorkerStop', function () use (&$count) {
            note("WorkerStop $count");
        });
        $server->on('WorkerError', fn() => note('WorkerError'));
        $server->on('Receive', function (Swoole\Server $server, int $fd, int $reactor, string $data) use (&$count) {
            $count++;
            $server->send($fd, "$data " . getmypid());
        });
        return $server;
    });
    $served->await('/^WorkerStart/', 2);
    $pids = [];
    $answered = $connections = 0;
    $client = null;
    while ($answered < 200) {
        if ($client === null) {
            $client = $served->connect();
            $connections++;
        }
        $answer = @$client->send("$answered") ? @$client->recv() : false;
        if (!$answer) {
            // What a BASE worker has not read when it leaves is the client's to send again.
            $client = null;
            continue;
        }
        [$number, $pid] = explode(' ', $answer);
        (int) $number === $answered || print("$number in place of $answered\n");
        $pids[$pid] = ($pids[$pid] ?? 0) + 1;
        $answered++;
    }
    array_pop($pids); // it is not done
    $odd = array_filter($pids, fn($count) => $count < 20 || $count > 29);
    echo "$name: ", $connections === 1 ? 'one connection' : 'several connections', ', odd counts ', json_encode($mode === SWOOLE_BASE ? [] : $odd);
    echo ', status ', $served->stop(), ', errors ', substr_count($served->notes(), 'WorkerError'), "\n";
    preg_match_all('/^WorkerStop (\d+)/m', $served->notes(), $stops);
    echo 'messages of a worker: ', max($stops[1]) <= 29 ? 'at most 29' : max($stops[1]), ', workers ', json_encode(count($stops[1]) >= 2 + 6), "\n";
}
?>
--EXPECT--
BASE: several connections, odd counts [], status 0, errors 0
messages of a worker: at most 29, workers true
PROCESS: one connection, odd counts [], status 0, errors 0
messages of a worker: at most 29, workers true
