--TEST--
enable_preemptive_scheduler: a message is handled while a callback computes for another, in each worker that was forked
--FILE--
<?php
require __DIR__ . '/../include/serve.php';

foreach ([[SWOOLE_BASE, 1, true], [SWOOLE_PROCESS, 2, true], [SWOOLE_BASE, 1, false]] as [$mode, $workers, $on]) {
    $served = serve(function () use ($mode, $workers, $on) {
        $server = new Swoole\Server('127.0.0.1', 0, $mode);
        $server->set(['worker_num' => $workers, 'log_level' => SWOOLE_LOG_ERROR, 'enable_preemptive_scheduler' => $on]);
        $stop = false;
        $server->on('Receive', function (Swoole\Server $server, int $fd, int $reactor, string $data) use (&$stop) {
            if ($data === 'stop') {
                $server->send($fd, $stop ? 'too late' : 'stopped');
                $stop = true;
                return;
            }
            $server->send($fd, 'begins');
            $stop = false;
            $until = microtime(true) + ($data === 'shortly' ? 0.3 : 8);
            while (!$stop && microtime(true) < $until) {
            }
            $server->send($fd, $stop ? 'was stopped' : 'ran to its end');
            $stop = true;
        });
        return $server;
    });
    // with dispatch_mode 2 one of these is served by the same worker
    $computes = $served->connect();
    $others = array_map(fn() => $served->connect(), range(1, $workers + 1));
    $computes->send($on ? 'compute' : 'shortly');
    echo $computes->recv(), "\n";
    foreach ($others as $other) {
        $other->send('stop');
    }
    var_dump(in_array($on ? 'stopped' : 'too late', array_map(fn($other) => $other->recv(), $others)));
    echo $computes->recv(), "\n";
    var_dump($served->stop());
}
--EXPECT--
begins
bool(true)
was stopped
int(0)
begins
bool(true)
was stopped
int(0)
begins
bool(true)
ran to its end
int(0)
