--TEST--
stop() ends a worker after what it has in hand, by itself or by number, and it is replaced without WorkerError
--FILE--
<?php
require __DIR__ . '/../include/serve.php';

foreach ([SWOOLE_BASE => 'BASE', SWOOLE_PROCESS => 'PROCESS'] as $mode => $name) {
    $served = serve(function () use ($mode) {
        $server = new Swoole\Server('127.0.0.1', 0, $mode);
        $server->set(['worker_num' => 2, 'log_level' => SWOOLE_LOG_NONE]);
        foreach (['WorkerStart', 'WorkerStop', 'WorkerError'] as $event) {
            $server->on($event, fn($server, $worker) => note("$event $worker"));
        }
        $server->on('Receive', function (Swoole\Server $server, int $fd, int $reactor, string $data) {
            $server->send($fd, json_encode(match ($data) {
                'who' => $server->worker_id,
                'self' => $server->stop(),
                'unknown' => [@$server->stop(99), error_get_last()['message'] ?? null],
                default => $server->stop((int) $data),
            }) . "\n");
        });
        return $server;
    });
    $served->await('/^WorkerStart/', 2);
    $ask = function (string $what) use ($served) {
        $client = $served->connect();
        $client->send($what);
        return rtrim($client->recv());
    };
    echo "$name: ", $ask('unknown'), "\n", 'self ', $ask('self'), "\n";
    $served->await('/^WorkerStop/', 1);
    $served->await('/^WorkerStart/', 3);
    foreach ([0, 1] as $i => $worker) {
        echo "$worker ", $ask("$worker"), "\n";
        $served->await('/^WorkerStop/', 2 + $i);
        $served->await('/^WorkerStart/', 4 + $i);
    }
    echo 'answers: ', json_encode(in_array($ask('who'), ['0', '1'], true)), ', status ', $served->stop(), ', errors ', substr_count($served->notes(), 'WorkerError'), "\n";
}
?>
--EXPECT--
BASE: [false,"Swoole\\Server::stop(): there is no worker 99, the server has workers 0 to 1"]
self true
0 true
1 true
answers: true, status 0, errors 0
PROCESS: [false,"Swoole\\Server::stop(): there is no worker 99, the server has workers 0 to 1"]
self true
0 true
1 true
answers: true, status 0, errors 0
