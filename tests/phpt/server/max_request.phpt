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
            $server->send($fd, $data);
        });
        return $server;
    });
    $served->await('/^WorkerStart/', 2);
    $answered = $connections = 0;
    $client = null;
    wait_for(function () use ($served, &$client, &$answered, &$connections) {
        for ($i = 0; $i < 10; $i++) {
            if ($client === null) {
                $client = $served->connect();
                $connections++;
            }
            $answer = @$client->send("$answered") ? @$client->recv() : false;
            if ($answer === false || $answer === '') {
                // What a BASE worker has not read when it leaves is the client's to send again.
                $client = null;
            } else {
                $answer === "$answered" || print("$answer in place of $answered\n");
                $answered++;
            }
        }
        return substr_count($served->notes(), 'WorkerStop') >= 6;
    }, 'six workers to be replaced');
    preg_match_all('/^WorkerStop (\d+)/m', $served->notes(), $stops);
    $least = min($stops[1]);
    $most = max($stops[1]);
    // In PROCESS it goes on until its successor is there.
    echo "$name: ", $connections === 1 ? 'one connection' : 'several connections', ', messages of a worker: ';
    echo $least >= 20 ? 'at least 20' : $least, $mode === SWOOLE_PROCESS ? '' : ($most <= 29 ? ', at most 29' : ", $most");
    echo ', status ', $served->stop(), ', errors ', substr_count($served->notes(), 'WorkerError'), "\n";
}
?>
--EXPECT--
BASE: several connections, messages of a worker: at least 20, at most 29, status 0, errors 0
PROCESS: one connection, messages of a worker: at least 20, status 0, errors 0
