--TEST--
What a worker knows of itself and of others; its properties can be written, and are its own (row 28)
--FILE--
<?php
require __DIR__ . '/../include/serve.php';

foreach ([SWOOLE_BASE => 'BASE', SWOOLE_PROCESS => 'PROCESS'] as $mode => $name) {
    echo "$name\n";
    $served = serve(function () use ($mode) {
        $server = new Swoole\Server('127.0.0.1', 0, $mode);
        $server->set(['worker_num' => 2, 'log_level' => SWOOLE_LOG_NONE]);
        $server->on('WorkerStart', fn($server, $worker) => note("WorkerStart $worker " . getmypid()));
        $server->on('Receive', function (Swoole\Server $server, int $fd, int $reactor, string $data) {
            if ($data === 'who') {
                $server->send($fd, (string) $server->getWorkerId());
                return;
            }
            $other = 1 - $server->worker_id;
            $server->worker_id = 'mine';
            $server->setting['worker_num'] = 77;
            $server->send($fd, json_encode([
                'pids' => [$server->getWorkerPid() === getmypid(), $server->getWorkerPid($server->getWorkerId()) === getmypid()],
                'other' => $server->getWorkerPid($other) !== getmypid() && is_alive($server->getWorkerPid($other)),
                'unknown' => [$server->getWorkerPid(99), $server->getWorkerPid(-5), $server->getWorkerStatus(99)],
                'status' => [$server->getWorkerStatus(), $server->getWorkerStatus($server->getWorkerId())],
                'written' => [$server->worker_id, $server->setting['worker_num']],
                'id' => in_array($server->getWorkerId(), [0, 1], true),
                'taskworker' => $server->taskworker,
            ]) . "\n");
        });
        return $server;
    });
    $served->await('/^WorkerStart/', 2);
    $client = $served->connect();
    $client->send('?');
    foreach (json_decode($client->recv(), true) as $what => $known) {
        echo "$what: ", json_encode($known), "\n";
    }
    echo 'status ', $served->stop(), "\n";
}
?>
--EXPECT--
BASE
pids: [true,true]
other: true
unknown: [false,false,false]
status: [1,1]
written: ["mine",77]
id: true
taskworker: false
status 0
PROCESS
pids: [true,true]
other: true
unknown: [false,false,false]
status: [1,1]
written: ["mine",77]
id: true
taskworker: false
status 0
