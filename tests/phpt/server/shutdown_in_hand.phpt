--TEST--
SIGTERM and shutdown(): what is in hand is answered, other clients are let go; PROCESS runs no Close, BASE one with -1 each (row 43)
--FILE--
<?php
require __DIR__ . '/../include/serve.php';

foreach ([SWOOLE_BASE => 'BASE', SWOOLE_PROCESS => 'PROCESS'] as $mode => $name) {
    foreach (['TERM', 'shutdown()'] as $how) {
        $gate = tempnam(sys_get_temp_dir(), 'swoole-rs-gate-');
        $served = serve(function () use ($mode, $gate, $how) {
            $server = new Swoole\Server('127.0.0.1', 0, $mode);
            $server->set(['worker_num' => 2, 'log_level' => SWOOLE_LOG_NONE, 'max_wait_time' => 8]);
            $server->on('Receive', function (Swoole\Server $server, int $fd, int $reactor, string $data) use ($gate, $how) {
                if ($data === 'who') {
                    $server->send($fd, "$server->worker_id");
                    return;
                }
                $how === 'shutdown()' && note('shutdown ' . json_encode($server->shutdown()));
                note('in hand');
                wait_for(fn() => @filesize($gate) === false || clearstatcache(), 'the gate to open');
                $server->send($fd, 'the answer' . str_repeat('.', 1_000_000));
            });
            $server->on('Close', fn($server, $fd, $reactor) => note("Close $reactor"));
            $server->on('BeforeShutdown', fn() => note('BeforeShutdown'));
            $server->on('Shutdown', fn() => note('Shutdown'));
            return $server;
        });
        $busy = stream_socket_client("tcp://127.0.0.1:$served->port");
        stream_set_timeout($busy, (int) PATIENCE);
        fwrite($busy, 'who');
        $worker = fread($busy, 99);
        do { // of the other worker
            $all[] = $idle = $served->connect();
            $idle->send('who');
        } while ($idle->recv() === $worker);
        fwrite($busy, 'work');
        $served->await('/^in hand/');
        $how === 'TERM' && $served->signal('TERM');
        echo "$name, $how: the idle client sees ", json_encode($idle->recv()), ', ';
        unlink($gate);
        echo 'the other ', strlen(stream_get_contents($busy)), ' bytes, status ', $served->wait(), "\n";
        $lines = explode("\n", trim($served->notes()));
        $counts = array_count_values($lines);
        if (isset($counts['Close -1'])) {
            $counts['Close -1'] = $counts['Close -1'] === count($all) + 1 ? 'all' : $counts['Close -1'];
        }
        ksort($counts);
        echo json_encode($counts), ', last ', end($lines), "\n";
        $all = [];
    }
}
?>
--EXPECT--
BASE, TERM: the idle client sees "", the other 1000010 bytes, status 0
{"BeforeShutdown":1,"Close -1":"all","Shutdown":1,"in hand":1}, last Shutdown
BASE, shutdown(): the idle client sees "", the other 1000010 bytes, status 0
{"BeforeShutdown":1,"Close -1":"all","Shutdown":1,"in hand":1,"shutdown true":1}, last Shutdown
PROCESS, TERM: the idle client sees "", the other 1000010 bytes, status 0
{"BeforeShutdown":1,"Shutdown":1,"in hand":1}, last Shutdown
PROCESS, shutdown(): the idle client sees "", the other 1000010 bytes, status 0
{"BeforeShutdown":1,"Shutdown":1,"in hand":1,"shutdown true":1}, last Shutdown
