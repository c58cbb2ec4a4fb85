--TEST--
Without framing data comes in pieces of at most 65,536 bytes; a client that shuts down its writing side still gets its answers, then Close (row 40)
--FILE--
<?php
require __DIR__ . '/../include/serve.php';

foreach ([SWOOLE_BASE => 'BASE', SWOOLE_PROCESS => 'PROCESS'] as $mode => $name) {
    $served = serve(function () use ($mode) {
        $server = new Swoole\Server('127.0.0.1', 0, $mode);
        $server->set(['worker_num' => 2, 'log_level' => SWOOLE_LOG_ERROR]);
        $server->on('Receive', function (Swoole\Server $server, int $fd, int $reactor, string $data) {
            static $hash = [], $got = [], $largest = 0;
            $hash[$fd] ??= hash_init('sha256');
            hash_update($hash[$fd], $data);
            $got[$fd] = ($got[$fd] ?? 0) + strlen($data);
            $largest = max($largest, strlen($data));
            if ($got[$fd] === 8_000_001) {
                note("largest piece $largest");
                usleep(50_000); // the end of the client's data is long there
                $server->send($fd, str_repeat('-', 2_000_000) . hash_final($hash[$fd]));
            }
        });
        $server->on('Close', fn($server, $fd, $reactor) => note('Close ' . ($reactor < 0 ? 'by the server' : 'by the peer')));
        return $server;
    });
    $client = stream_socket_client("tcp://127.0.0.1:$served->port");
    stream_set_timeout($client, (int) PATIENCE);
    $data = random_bytes(8_000_001);
    for ($written = 0; $written < strlen($data); $written += fwrite($client, substr($data, $written, 1 << 20)));
    stream_socket_shutdown($client, STREAM_SHUT_WR);
    $answer = stream_get_contents($client);
    echo "$name: ", $answer === str_repeat('-', 2_000_000) . hash('sha256', $data) ? 'the whole answer' : strlen($answer) . ' bytes', "\n";
    $served->await('/^Close/');
    echo 'status ', $served->stop(), "\n", $served->notes();
}
?>
--EXPECT--
BASE: the whole answer
status 0
largest piece 65536
Close by the peer
PROCESS: the whole answer
status 0
largest piece 65536
Close by the peer
