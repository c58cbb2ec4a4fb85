--TEST--
BASE: a reload closes the workers' connections, with Close -1 each, and BeforeShutdown in worker 0; new ones are served (rows 13 and 46)
--FILE--
<?php
require __DIR__ . '/../include/serve.php';

$served = serve(function () {
    $server = new Swoole\Server('127.0.0.1', 0, SWOOLE_BASE);
    $server->set(['worker_num' => 2, 'log_level' => SWOOLE_LOG_NONE]);
    foreach (['Start', 'WorkerStart', 'WorkerStop', 'BeforeReload', 'AfterReload', 'BeforeShutdown'] as $event) {
        $server->on($event, fn() => note($event));
    }
    $server->on('Close', fn($server, $fd, $reactor) => note("Close $reactor"));
    $server->on('Receive', fn(Swoole\Server $server, int $fd) => $server->send($fd, (string) getmypid()));
    return $server;
});
$served->await('/^WorkerStart/', 2);
$clients = $old = $new = [];
for ($i = 0; $i < 6; $i++) {
    $clients[] = $client = $served->connect();
    $client->send('?');
    $old[] = $client->recv();
}
$served->signal('USR1');
echo 'the clients see ', json_encode(array_unique(array_map(fn($client) => $client->recv(), $clients))), "\n";
$served->await('/^WorkerStart/', 4);
$served->await('/^WorkerStop/', 2);
$served->await('/^AfterReload/');
for ($i = 0; $i < 6; $i++) {
    $client = $served->connect();
    $client->send('?');
    $new[] = $client->recv();
    $client->close();
}
$served->await('/^Close [01]/', 6);
echo 'served by the old: ', json_encode(array_intersect($new, $old)), ', status ', $served->stop(), "\n";
$counts = array_count_values(preg_replace('/Close [01]/', 'Close by the peer', explode("\n", trim($served->notes()))));
ksort($counts);
echo json_encode($counts), "\n";
?>
--EXPECT--
the clients see [""]
served by the old: [], status 0
{"AfterReload":1,"BeforeReload":1,"BeforeShutdown":2,"Close -1":6,"Close by the peer":6,"Start":1,"WorkerStart":4,"WorkerStop":4}
