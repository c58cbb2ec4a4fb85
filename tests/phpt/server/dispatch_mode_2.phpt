--TEST--
Dispatch mode 2: a connection's worker is its socket's number modulo worker_num, through a reload and after the worker's death (row 21)
--FILE--
<?php
require __DIR__ . '/../include/serve.php';

$served = serve(function () {
    $server = new Swoole\Server('127.0.0.1', 0, SWOOLE_PROCESS);
    $server->set(['worker_num' => 3, 'reactor_num' => 2, 'log_level' => SWOOLE_LOG_NONE]);
    $server->on('WorkerStart', fn() => note('WorkerStart'));
    $server->on('WorkerStop', fn() => note('WorkerStop'));
    $server->on('Connect', fn($server, $fd) => note("Connect $fd in $server->worker_id"));
    $server->on('Receive', function (Swoole\Server $server, int $fd, int $reactor, string $data) {
        if ($data !== '?') {
            $server->send($fd, $server->getWorkerStatus((int) $data) === SWOOLE_WORKER_IDLE ? 'idle' : 'busy');
            return;
        }
        $server->send($fd, json_encode([$server->worker_id, getmypid(), $server->getClientInfo($fd)['socket_fd'] % 3]));
    });
    return $server;
});
$served->await('/^WorkerStart/', 3);
$clients = [];
for ($i = 0; $i < 9; $i++) {
    $clients[] = $served->connect();
}
$ask = function () use ($clients) {
    foreach ($clients as $client) {
        $client->send('?');
    }
    return array_map(fn($client) => json_decode($client->recv()), $clients);
};
$first = $ask();
echo 'as the sockets say: ', json_encode(array_column($first, 0) === array_column($first, 2)), "\n";
echo 'workers in use: ', count(array_unique(array_column($first, 0))), "\n";
$served->signal('USR1');
$served->await('/^WorkerStop/', 3);
$served->await('/^WorkerStart/', 6);
$second = $ask();
echo 'after a reload: ', json_encode(array_column($first, 0) === array_column($second, 0));
echo ', old processes: ', count(array_intersect(array_column($first, 1), array_column($second, 1))), "\n";
$other = $clients[array_key_first(array_filter($second, fn($answer) => $answer[0] !== $second[0][0]))];
wait_for(fn() => $other->send("{$second[0][0]}") && $other->recv() === 'idle', 'the worker to have nothing in hand');
signal($second[0][1], 'KILL');
$served->await('/^WorkerStart/', 7);
$third = $ask();
echo 'after a kill: ', json_encode(array_column($first, 0) === array_column($third, 0));
echo ', a new process: ', json_encode($third[0][1] !== $second[0][1]), "\n";
echo 'status ', $served->stop(), "\n";
$connects = preg_grep('/^Connect/', explode("\n", $served->notes()));
natsort($connects);
$connects = array_values($connects);
echo 'Connect in the same worker: ', json_encode($connects === array_map(fn($i) => 'Connect ' . ($i + 1) . " in {$first[$i][0]}", range(0, 8))), "\n";
?>
--EXPECT--
as the sockets say: true
workers in use: 3
after a reload: true, old processes: 0
after a kill: true, a new process: true
status 0
Connect in the same worker: true
