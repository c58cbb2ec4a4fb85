--TEST--
The callbacks of a connection run one after the other, in order, in one worker: Connect, each Receive, Close (row 20)
--FILE--
<?php
require __DIR__ . '/../include/serve.php';

foreach ([SWOOLE_BASE => 'BASE', SWOOLE_PROCESS => 'PROCESS'] as $mode => $name) {
    $served = serve(function () use ($mode) {
        $server = new Swoole\Server('127.0.0.1', 0, $mode);
        $server->set(['worker_num' => 2, 'log_level' => SWOOLE_LOG_ERROR]);
        $running = null;
        foreach (['Connect', 'Receive', 'Close'] as $event) {
            $server->on($event, function (Swoole\Server $server, int $fd, int $reactor, string $data = '') use ($event, &$running) {
                $running === null || note("$event of $fd while $running runs");
                $running = "$event of $fd";
                $event === 'Close' || $server->exists($fd) || note("$event of $fd: it is gone");
                note("$fd in " . getmypid() . " $event " . $data);
                usleep(1000);
                $event === 'Receive' && $server->send($fd, $data);
                $running = null;
            });
        }
        return $server;
    });
    $clients = [];
    for ($fd = 1; $fd <= 6; $fd++) {
        $clients[$fd] = $served->connect();
    }
    for ($n = 1; $n <= 5; $n++) {
        foreach ($clients as $client) {
            $client->send("$n");
        }
        foreach ($clients as $client) {
            $client->recv();
        }
    }
    foreach ($clients as $client) {
        $client->send('last'); // and gone, while that may be running
        $client->close();
    }
    $served->await('/Close/', 6);
    echo "$name: status ", $served->stop(), "\n";
    $order = $places = [];
    foreach (explode("\n", trim($served->notes())) as $line) {
        if (!preg_match('/^(\d+) in (\d+) (\w+) ?(.*)$/', $line, $found)) {
            echo "$line\n";
            continue;
        }
        [, $fd, $pid, $event, $data] = $found;
        $places[$fd][$pid] = true;
        $order[$fd][] = trim("$event $data");
    }
    echo implode("\n", array_unique(array_map(fn($events) => implode(', ', $events), $order))), "\n";
    echo 'processes of a connection: ', implode(',', array_unique(array_map('count', $places))), "\n";
}
?>
--EXPECT--
BASE: status 0
Connect, Receive 1, Receive 2, Receive 3, Receive 4, Receive 5, Receive last, Close
processes of a connection: 1
PROCESS: status 0
Connect, Receive 1, Receive 2, Receive 3, Receive 4, Receive 5, Receive last, Close
processes of a connection: 1
