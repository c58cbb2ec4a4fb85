--TEST--
PROCESS: reloads under load lose no message, and none is served twice or out of order (row 46)
--FILE--
<?php
require __DIR__ . '/../include/serve.php';

$served = serve(function () {
    $server = new Swoole\Server('127.0.0.1', 0, SWOOLE_PROCESS);
    $server->set(['worker_num' => 2, 'reactor_num' => 2, 'log_level' => SWOOLE_LOG_NONE]);
    $server->on('WorkerStart', fn() => note('WorkerStart'));
    $server->on('WorkerStop', fn() => note('WorkerStop'));
    $server->on('BeforeReload', fn() => note('BeforeReload'));
    $server->on('WorkerError', fn() => note('WorkerError'));
    $server->on('Receive', fn(Swoole\Server $server, int $fd, int $reactor, string $data) => $server->send($fd, $data));
    return $server;
});
$served->await('/^WorkerStart/', 2);
$clients = $sent = $got = [];
for ($i = 0; $i < 10; $i++) {
    $clients[] = $client = stream_socket_client("tcp://127.0.0.1:$served->port");
    stream_set_blocking($client, false);
}
$sent = $got = array_fill(0, 10, '');
$number = 0;
$pump = function () use ($clients, &$sent, &$got, &$number) {
    foreach ($clients as $i => $client) {
        $lines = implode("\n", range($number, $number += 100)) . "\n";
        $sent[$i] .= substr($lines, 0, (int) fwrite($client, $lines));
        $got[$i] .= fread($client, 65536);
    }
};
for ($round = 1; $round <= 10; $round++) {
    $asked = 0;
    wait_for(function () use ($pump, $served, $round, &$asked) {
        $pump();
        $notes = array_count_values(explode("\n", $served->notes()));
        if (($notes['BeforeReload'] ?? 0) < $round && $asked < microtime(true) - 0.2) {
            $served->signal('USR1'); // again, if the reload before was not over yet
            $asked = microtime(true);
        }
        return $notes['WorkerStart'] >= 2 + 2 * $round && ($notes['WorkerStop'] ?? 0) >= 2 * $round;
    }, "reload $round");
}
wait_for(function () use ($clients, &$got, &$sent) {
    foreach ($clients as $i => $client) {
        $got[$i] .= fread($client, 65536);
    }
    return array_map('strlen', $got) === array_map('strlen', $sent);
}, 'all answers');
echo json_encode($got === $sent), ' ', json_encode($number >= 10_000), ', status ', $served->stop(), ', errors ', substr_count($served->notes(), 'WorkerError'), "\n";
?>
--EXPECT--
true true, status 0, errors 0
