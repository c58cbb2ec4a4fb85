--TEST--
Dispatch mode 1: each message goes to the next worker; Connect and Close run only with enable_unsafe_event; BASE ignores it (row 21)
--FILE--
<?php
require __DIR__ . '/../include/serve.php';

foreach ([[SWOOLE_PROCESS, false], [SWOOLE_PROCESS, true], [SWOOLE_BASE, false]] as [$mode, $unsafe]) {
    echo $mode === SWOOLE_BASE ? 'BASE' : 'PROCESS', $unsafe ? " with enable_unsafe_event\n" : "\n";
    $log = tempnam(sys_get_temp_dir(), 'swoole-rs-log-');
    $served = serve(function () use ($mode, $unsafe, $log) {
        $server = new Swoole\Server('127.0.0.1', 0, $mode);
        $server->set(['worker_num' => 3, 'dispatch_mode' => 1, 'enable_unsafe_event' => $unsafe, 'log_file' => $log]);
        $server->on('WorkerStart', fn() => note('WorkerStart'));
        $server->on('Connect', fn() => note('Connect'));
        $server->on('Close', fn() => note('Close'));
        $server->on('Receive', function (Swoole\Server $server, int $fd, int $reactor, string $data) {
            $data === 'end' ? $server->close($fd) : $server->send($fd, "$server->worker_id");
        });
        return $server;
    });
    $served->await('/^WorkerStart/', 3);
    $client = $served->connect();
    $unsafe && $served->await('/^Connect/');
    $workers = [];
    for ($i = 0; $i < 9; $i++) {
        $client->send('?');
        $workers[] = $client->recv();
    }
    // Connect has a turn, too, if it runs.
    $next = array_map(fn($i) => (string) (($workers[0] + $i) % 3), range(0, 8));
    echo $workers === $next ? 'each to the next' : (count(array_unique($workers)) === 1 ? 'all to one' : implode(' ', $workers)), "\n";
    $client->send('end');
    echo json_encode($client->recv()), ', status ', $served->stop(), ', ';
    echo json_encode(array_values(array_diff(explode("\n", trim($served->notes())), ['WorkerStart']))), "\n";
    echo preg_replace('/^\[[^]]*\]/m', '[...]', file_get_contents($log));
    unlink($log);
}
?>
--EXPECT--
PROCESS
each to the next
"", status 0, []
[...]	WARNING	Connect and Close callbacks do not run in dispatch mode 1, because messages of one connection go to different workers; enable_unsafe_event runs them all the same
PROCESS with enable_unsafe_event
each to the next
"", status 0, ["Connect","Close"]
BASE
all to one
"", status 0, ["Connect","Close"]
