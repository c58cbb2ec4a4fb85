--TEST--
A reload that is asked for while another is under way follows it: what workers have loaded is not older than the last call (row 46)
--FILE--
<?php
require __DIR__ . '/../include/serve.php';

foreach ([SWOOLE_BASE => 'BASE', SWOOLE_PROCESS => 'PROCESS'] as $mode => $name) {
    $gate = tempnam(sys_get_temp_dir(), 'swoole-rs-gate-');
    $served = serve(function () use ($mode, $gate) {
        $server = new Swoole\Server('127.0.0.1', 0, $mode);
        $server->set(['worker_num' => 2, 'log_level' => SWOOLE_LOG_NONE, 'max_wait_time' => 8]);
        foreach (['WorkerStart', 'WorkerStop', 'BeforeReload', 'AfterReload'] as $event) {
            $server->on($event, fn() => note($event));
        }
        $server->on('Receive', function () use ($gate) {
            note('waiting');
            wait_for(fn() => @filesize($gate) === false || clearstatcache(), 'the gate to open');
        });
        return $server;
    });
    $served->await('/^WorkerStart/', 2);
    $client = $served->connect();
    $client->send('wait');
    $served->await('/^waiting/');
    $served->signal('USR1');
    $served->await('/^AfterReload/');
    for ($i = 0; $i < 3; $i++) { // for all of them together there is one more
        $served->signal('USR1');
    }
    $served->await('/^WorkerStop/'); // that of the idle worker
    echo "$name: ", substr_count($served->notes(), 'BeforeReload'), ', ';
    unlink($gate);
    $served->await('/^AfterReload/', 2);
    $served->await('/^WorkerStart/', 6);
    $served->await('/^WorkerStop/', 4);
    echo 'then ', substr_count($served->notes(), 'BeforeReload'), ', status ', $served->stop(), "\n";
}
?>
--EXPECT--
BASE: 1, then 2, status 0
PROCESS: 1, then 2, status 0
