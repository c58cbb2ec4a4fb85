--TEST--
PROCESS: USR1 to the manager reloads, TERM ends the whole server; so does the death of the manager (rows 45 and 51)
--FILE--
<?php
require __DIR__ . '/../include/serve.php';

foreach (['TERM', 'KILL'] as $signal) {
    $served = serve(function () {
        $server = new Swoole\Server('127.0.0.1', 0, SWOOLE_PROCESS);
        $server->set(['worker_num' => 2, 'log_level' => SWOOLE_LOG_NONE]);
        foreach (['WorkerStart', 'WorkerStop', 'ManagerStart', 'ManagerStop', 'BeforeReload', 'AfterReload', 'BeforeShutdown', 'Shutdown'] as $event) {
            $server->on($event, fn() => note("$event " . getmypid()));
        }
        $server->on('Receive', fn() => null);
        return $server;
    });
    $served->await('/^WorkerStart/', 2);
    $served->await('/^ManagerStart/');
    preg_match('/^ManagerStart (\d+)/m', $served->notes(), $manager);
    signal((int) $manager[1], 'USR1');
    $served->await('/^AfterReload/');
    $served->await('/^WorkerStop/', 2);
    $client = $served->connect();
    signal((int) $manager[1], $signal);
    echo "$signal: the client sees ", json_encode($client->recv()), ', status ', $served->wait(), "\n";
    preg_match_all('/^WorkerStart (\d+)/m', $served->notes(), $workers);
    foreach ($workers[1] as $pid) {
        wait_for(fn() => !is_alive((int) $pid), 'all workers to end');
    }
    $counts = array_count_values(preg_replace('/ \d+$/', '', explode("\n", trim($served->notes()))));
    ksort($counts);
    echo json_encode($counts), "\n";
}
?>
--EXPECT--
TERM: the client sees "", status 0
{"AfterReload":1,"BeforeReload":1,"BeforeShutdown":1,"ManagerStart":1,"ManagerStop":1,"Shutdown":1,"WorkerStart":4,"WorkerStop":4}
KILL: the client sees "", status 0
{"AfterReload":1,"BeforeReload":1,"BeforeShutdown":1,"ManagerStart":1,"Shutdown":1,"WorkerStart":4,"WorkerStop":4}
