--TEST--
A message above buffer_output_size is refused with 1203 in PROCESS; in BASE the option has no effect (row 36)
--FILE--
<?php
require __DIR__ . '/../include/serve.php';

foreach ([SWOOLE_BASE => 'BASE', SWOOLE_PROCESS => 'PROCESS'] as $mode => $name) {
    $served = serve(function () use ($mode) {
        $server = new Swoole\Server('127.0.0.1', 0, $mode);
        $server->set(['worker_num' => 1, 'log_level' => SWOOLE_LOG_NONE, 'buffer_output_size' => 100_000]);
        $server->on('Receive', function (Swoole\Server $server, int $fd) {
            $result = [$server->send($fd, str_repeat('a', 100_000)), $server->send($fd, str_repeat('b', 100_001))];
            $server->send($fd, "\n" . json_encode([$result, $server->getLastError()]) . "\n");
        });
        return $server;
    });
    $client = stream_socket_client("tcp://127.0.0.1:$served->port");
    stream_set_timeout($client, (int) PATIENCE);
    fwrite($client, '?');
    echo "$name: ", strlen(fgets($client)), ' bytes ', fgets($client), 'status ', $served->stop(), "\n";
}
?>
--EXPECT--
BASE: 200002 bytes [[true,true],0]
status 0
PROCESS: 100001 bytes [[true,false],1203]
status 0
