--TEST--
What clients send before WorkerStart has returned waits for it, and nothing of it is lost (row 15)
--FILE--
<?php
require __DIR__ . '/../include/serve.php';

foreach ([SWOOLE_BASE => 'BASE', SWOOLE_PROCESS => 'PROCESS'] as $mode => $name) {
    $gate = tempnam(sys_get_temp_dir(), 'swoole-rs-gate-');
    $served = serve(function () use ($mode, $gate) {
        $server = new Swoole\Server('127.0.0.1', 0, $mode);
        $server->set(['worker_num' => 2, 'log_level' => SWOOLE_LOG_ERROR]);
        $server->on('WorkerStart', function () use ($gate) {
            wait_for(fn() => @filesize($gate) === false || clearstatcache(), 'the gate to open');
            note('WorkerStart ' . getmypid());
        });
        $server->on('Connect', fn(Swoole\Server $server, int $fd) => note('Connect ' . getmypid()));
        $server->on('Receive', function (Swoole\Server $server, int $fd, int $reactor, string $data) {
            note('Receive ' . getmypid());
            $server->send($fd, $data);
        });
        return $server;
    });
    $clients = [];
    for ($i = 0; $i < 8; $i++) {
        $clients[$i] = $served->connect();
        $clients[$i]->send("message $i");
    }
    echo "$name: before: ", json_encode($served->notes()), "\n";
    unlink($gate);
    foreach ($clients as $i => $client) {
        $client->recv() === "message $i" || print("no answer to $i\n");
    }
    $served->await('/^WorkerStart/', 2);
    $first = [];
    foreach (explode("\n", trim($served->notes())) as $line) {
        [$event, $pid] = explode(' ', $line);
        $first[$pid] ??= $event;
    }
    echo implode(' ', $first), ', status ', $served->stop(), "\n";
}
?>
--EXPECT--
BASE: before: ""
WorkerStart WorkerStart, status 0
PROCESS: before: ""
WorkerStart WorkerStart, status 0
