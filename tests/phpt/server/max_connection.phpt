--TEST--
max_connection: so many connections are served, the rest waits in the listen queue until one is gone, and the log says so (row 41)
--FILE--
<?php
require __DIR__ . '/../include/serve.php';

foreach ([SWOOLE_BASE => 'BASE', SWOOLE_PROCESS => 'PROCESS'] as $mode => $name) {
    $log = tempnam(sys_get_temp_dir(), 'swoole-rs-log-');
    $served = serve(function () use ($mode, $log) {
        $server = new Swoole\Server('127.0.0.1', 0, $mode);
        $server->set(['worker_num' => $mode === SWOOLE_BASE ? 1 : 2, 'reactor_num' => 2, 'max_connection' => 5, 'log_file' => $log]);
        $server->on('Connect', fn($server, $fd) => note("Connect $fd of " . $server->stats()['connection_num']));
        $server->on('Receive', fn(Swoole\Server $server, int $fd, int $reactor, string $data) => $server->send($fd, "$fd"));
        return $server;
    });
    $clients = [];
    for ($i = 0; $i < 12; $i++) {
        $clients[] = $client = $served->connect(); // the kernel takes it
        $client->send('?');
    }
    wait_for(fn() => str_contains(file_get_contents($log), 'Too many'), 'the log');
    $answers = [];
    foreach ($clients as $client) {
        $answers[] = $client->recv();
        $client->close(); // and another has its turn
    }
    sort($answers);
    echo "$name: ", implode(' ', $answers), ', status ', $served->stop(), "\n";
    preg_match_all('/of (\d+)/m', $served->notes(), $open);
    echo 'never more than ', max($open[1]), "\n";
    $lines = preg_replace('/^\[[^]]*\]\s/', '', file($log, FILE_IGNORE_NEW_LINES));
    echo implode("\n", array_unique($lines)), "\n";
    unlink($log);
}
?>
--EXPECT--
BASE: 1 2 3 4 5 6 7 8 9 10 11 12, status 0
never more than 5
WARNING	Too many connections [now: 5]
PROCESS: 1 2 3 4 5 6 7 8 9 10 11 12, status 0
never more than 5
WARNING	Too many connections [now: 5]
