--TEST--
A Start callback that blocks holds up nobody: messages are served while it runs (row 15)
--FILE--
<?php
require __DIR__ . '/../include/serve.php';

foreach ([SWOOLE_BASE => 'BASE', SWOOLE_PROCESS => 'PROCESS'] as $mode => $name) {
    $served = serve(function () use ($mode) {
        $server = new Swoole\Server('127.0.0.1', 0, $mode);
        $server->set(['worker_num' => 2, 'log_level' => SWOOLE_LOG_ERROR]);
        $server->on('Start', function (Swoole\Server $server) {
            // It waits for an answer of its own server. In BASE it runs in worker 0, so worker 1 has to give it.
            $client = new Swoole\Client(SWOOLE_SOCK_TCP);
            $client->connect('127.0.0.1', $server->port, PATIENCE);
            $client->send('from Start');
            note('Start got ' . json_encode($client->recv()));
        });
        $server->on('Receive', fn(Swoole\Server $server, int $fd, int $reactor, string $data) => $server->send($fd, "answer $data"));
        return $server;
    });
    echo "$name: ", trim($served->notes()), ', status ', $served->stop(), "\n";
}
?>
--EXPECT--
BASE: Start got "answer from Start", status 0
PROCESS: Start got "answer from Start", status 0
