--TEST--
PROCESS: a reload keeps every connection and loses no message; the new worker does not wait for the old (row 46)
--FILE--
<?php
require __DIR__ . '/../include/serve.php';

$gate = tempnam(sys_get_temp_dir(), 'swoole-rs-gate-');
$log = tempnam(sys_get_temp_dir(), 'swoole-rs-log-');
$served = serve(function () use ($gate, $log) {
    $server = new Swoole\Server('127.0.0.1', 0, SWOOLE_PROCESS);
    $server->set(['worker_num' => 2, 'log_file' => $log, 'max_wait_time' => 8]);
    foreach (['WorkerStart', 'WorkerStop', 'BeforeReload', 'AfterReload', 'Connect', 'Close'] as $event) {
        $server->on($event, fn($server, $id = -1) => note("$event $id " . getmypid()));
    }
    $server->on('Receive', function (Swoole\Server $server, int $fd, int $reactor, string $data) use ($gate) {
        $data === 'wait' && note('waiting') . wait_for(fn() => @filesize($gate) === false || clearstatcache(), 'the gate to open');
        $data === 'reload' && $server->reload();
        $server->send($fd, "$data " . getmypid() . "\n");
    });
    return $server;
});
$served->await('/^WorkerStart/', 2);
$clients = [];
for ($i = 0; $i < 6; $i++) {
    $clients[] = $client = stream_socket_client("tcp://127.0.0.1:$served->port");
    stream_set_timeout($client, (int) PATIENCE);
    fwrite($client, 'hello');
    $old[] = trim(explode(' ', fgets($client))[1]);
}
fwrite($clients[0], 'wait');
$served->await('/^waiting/');
$other = array_key_first(array_diff($old, [$old[0]]));
fwrite($clients[$other], 'reload');
fgets($clients[$other]);
$served->await('/^AfterReload/');
$served->await('/^WorkerStart/', 4);
// Those of the idle worker are served by its successor; those of the busy one wait for what is in hand, or not: as connections, not as workers.
foreach ($clients as $i => $client) {
    fwrite($client, "after $i");
}
$new = [];
foreach ($clients as $i => $client) {
    if ($i === 0) {
        unlink($gate);
        fgets($client) === "wait $old[0]\n" || print("no answer to the old message\n");
    }
    [, , $pid] = explode(' ', fgets($client));
    $new[] = trim($pid);
}
echo 'served by the old: ', json_encode(array_intersect($old, $new)), ', by the same worker number: ';
$numbers = function (array $pids) use ($served) {
    preg_match_all('/^WorkerStart (\d) (\d+)/m', $served->notes(), $starts);
    return array_map(fn($pid) => $starts[1][array_search($pid, $starts[2])], $pids);
};
echo json_encode($numbers($old) === $numbers($new)), "\n";
$served->await('/^WorkerStop/', 2);
echo 'status ', $served->stop(), "\n";
$counts = array_count_values(preg_replace('/^(\w+).*/', '$1', explode("\n", trim($served->notes()))));
ksort($counts);
echo json_encode($counts), "\n", preg_replace('/^\[[^]]*\]\s/m', '', file_get_contents($log));
unlink($log);
?>
--EXPECT--
served by the old: [], by the same worker number: true
status 0
{"AfterReload":1,"BeforeReload":1,"Connect":6,"WorkerStart":4,"WorkerStop":4,"waiting":1}
INFO	reloading 2 workers
