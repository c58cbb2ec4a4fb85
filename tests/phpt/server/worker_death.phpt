--TEST--
A killed worker: PROCESS keeps its connections, but those of which it held a message, and moves them to its successor; BASE closes its own (row 25)
--FILE--
<?php
require __DIR__ . '/../include/serve.php';

foreach ([[SWOOLE_PROCESS, 'in_hand'], [SWOOLE_PROCESS, 'all'], [SWOOLE_BASE, 'in_hand']] as [$mode, $close]) {
    echo $mode === SWOOLE_BASE ? "BASE\n" : "PROCESS, worker_death_close $close\n";
    $served = serve(function () use ($mode, $close) {
        $server = new Swoole\Server('127.0.0.1', 0, $mode);
        $server->set(['worker_num' => 2, 'log_level' => SWOOLE_LOG_NONE, 'worker_death_close' => $close]);
        $server->on('WorkerStart', fn() => note('WorkerStart'));
        $server->on('WorkerError', fn($server, $worker, $pid, $code, $signal) => note("WorkerError $code $signal"));
        $server->on('Connect', fn($server, $fd) => note("Connect $fd in " . getmypid()));
        $server->on('Close', fn($server, $fd, $reactor) => note("Close $fd " . ($reactor < 0 ? 'by the server' : 'by the peer') . ' in ' . getmypid()));
        $server->on('Receive', function (Swoole\Server $server, int $fd, int $reactor, string $data) {
            match (true) {
                $data === 'who' => $server->send($fd, json_encode([$server->worker_id, getmypid()])),
                $data === 'die' => sleep(10) . note('not reached'),
                default => $server->send($fd, $server->getWorkerStatus((int) $data) === SWOOLE_WORKER_IDLE ? 'idle' : 'busy'),
            };
        });
        return $server;
    });
    $served->await('/^WorkerStart/', 2);
    // Connections until the first one's worker has three, and another the other.
    $clients = $mine = [];
    $other = null;
    while (count($mine) < 3 || $other === null) { // in BASE it may take many until the second worker gets one
        $clients[] = $client = $served->connect();
        $client->send('who');
        [$worker, $pid] = json_decode($client->recv());
        $victim ??= [$worker, $pid];
        $worker === $victim[0] ? $mine[count($clients)] = $client : $other = $client;
    }
    wait_for(fn() => $other->send("$victim[0]") && $other->recv() === 'idle', 'the worker to have nothing in hand');
    $mine[1]->send('die');
    wait_for(fn() => $other->send("$victim[0]") && $other->recv() === 'busy', 'the worker to have it');
    signal($victim[1], 'KILL');
    $served->await('/^WorkerStart/', 3);
    $fates = [];
    foreach ($mine as $fd => $client) {
        $answer = $fd !== 1 && $client->send('who') ? @$client->recv() : $client->recv();
        $fates[$fd === 1 ? 'its message in hand' : 'idle'][] = match (json_decode((string) $answer)) {
            null => 'closed',
            $victim => 'served by the dead',
            default => 'served by the new one',
        };
    }
    echo json_encode(array_map('array_unique', $fates)), "\n";
    $other->send('who');
    echo 'of another worker: ', $other->recv() ? 'served' : 'closed', "\n";
    foreach ($mine as $client) {
        $client->close();
    }
    $mode === SWOOLE_PROCESS && $served->await('/^Close/', count($mine));
    echo 'status ', $served->stop(), "\n";
    preg_match_all("/^Connect (\d+) in $victim[1]$/m", $served->notes(), $connected);
    $fds = implode('|', $connected[1]);
    preg_match_all("/^Connect ($fds) /m", $served->notes(), $connects);
    preg_match_all("/^Close ($fds) by the (\w+) in (\d+)/m", $served->notes(), $closes);
    preg_match_all('/^WorkerError.*/m', $served->notes(), $errors);
    echo 'Connect once: ', json_encode(count($connects[1]) === count($fds === '' ? [] : explode('|', $fds))), ', Close: ', json_encode(array_count_values($closes[2]) == ($mode === SWOOLE_BASE ? [] : ($close === 'all' ? ['server' => count($mine)] : ['server' => 1, 'peer' => count($mine) - 1])));
    echo ', in the old: ', json_encode(in_array((string) $victim[1], $closes[3], true)), ', ', implode(' ', $errors[0]), "\n";
    unset($victim);
}
?>
--EXPECT--
PROCESS, worker_death_close in_hand
{"its message in hand":["closed"],"idle":["served by the new one"]}
of another worker: served
status 0
Connect once: true, Close: true, in the old: false, WorkerError 0 9
PROCESS, worker_death_close all
{"its message in hand":["closed"],"idle":["closed"]}
of another worker: served
status 0
Connect once: true, Close: true, in the old: false, WorkerError 0 9
BASE
{"its message in hand":["closed"],"idle":["closed"]}
of another worker: served
status 0
Connect once: true, Close: true, in the old: false, WorkerError 0 9
