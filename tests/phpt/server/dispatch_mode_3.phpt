--TEST--
Dispatch mode 3: messages go to workers that are idle, past one that is busy, whatever reactor they come from (row 21)
--FILE--
<?php
require __DIR__ . '/../include/serve.php';

foreach ([1, 2] as $reactors) {
    $gate = tempnam(sys_get_temp_dir(), 'swoole-rs-gate-');
    $served = serve(function () use ($gate, $reactors) {
        $server = new Swoole\Server('127.0.0.1', 0, SWOOLE_PROCESS);
        $server->set(['worker_num' => 3, 'reactor_num' => $reactors, 'dispatch_mode' => 3, 'log_level' => SWOOLE_LOG_NONE]);
        $server->on('WorkerStart', fn() => note('WorkerStart'));
        $server->on('Receive', function (Swoole\Server $server, int $fd, int $reactor, string $data) use ($gate) {
            if ($data === 'wait') {
                note("waits $server->worker_id");
                wait_for(fn() => @filesize($gate) === false || clearstatcache(), 'the gate to open');
            }
            $server->send($fd, "$server->worker_id");
        });
        // In the master, which knows when a worker is idle: Start holds up nobody.
        $server->on('Start', function (Swoole\Server $server) use ($gate, $reactors) {
            $connect = function () use ($server) {
                $client = new Swoole\Client(SWOOLE_SOCK_TCP);
                $client->connect('127.0.0.1', $server->port, PATIENCE);
                return $client;
            };
            $noted = fn(string $word) => preg_match_all("/^$word(?: (\d))?$/m", file_get_contents(getenv('SWOOLE_NOTES')), $found) ? $found[1] : [];
            wait_for(fn() => count($noted('WorkerStart')) === 3, 'the workers to start');
            $waiting = [];
            foreach ([1, 2] as $count) {
                $idle = fn() => wait_for(fn() => $server->stats()['idle_worker_num'] >= 4 - $count, 'idle workers');
                $idle();
                $waiting[] = $client = $connect();
                $client->send('wait');
                wait_for(fn() => count($noted('waits')) === $count, 'a worker to wait');
                $clients = [$connect(), $connect()]; // one of the two has the other reactor
                $workers = [];
                for ($i = 0; $i < 50; $i++) {
                    // With one reactor each question may follow its answer at once: another tells only by the worker's flag.
                    $reactors === 1 || wait_for(fn() => $server->stats()['idle_worker_num'] >= 3 - $count, 'an idle worker');
                    $clients[$i % 2]->send('?');
                    $workers[] = $clients[$i % 2]->recv();
                }
                note("$count busy, served by the busy: " . json_encode(array_values(array_intersect($noted('waits'), $workers))));
            }
            unlink($gate);
            note('then: ' . json_encode(array_map(fn($client) => $client->recv(), $waiting) === $noted('waits')));
        });
        return $server;
    });
    echo "$reactors reactors: status ", $served->stop(), "\n", preg_replace('/^(WorkerStart|waits \d)\n/m', '', $served->notes());
}
?>
--EXPECT--
1 reactors: status 0
1 busy, served by the busy: []
2 busy, served by the busy: []
then: true
2 reactors: status 0
1 busy, served by the busy: []
2 busy, served by the busy: []
then: true
