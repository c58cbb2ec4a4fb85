--TEST--
Without send_yield, send() to a reader that does not read fails with 1009 once socket_buffer_size waits; what was taken arrives, then it works again (row 36)
--FILE--
<?php
require __DIR__ . '/../include/serve.php';

foreach ([SWOOLE_BASE => 'BASE', SWOOLE_PROCESS => 'PROCESS'] as $mode => $name) {
    $served = serve(function () use ($mode) {
        $server = new Swoole\Server('127.0.0.1', 0, $mode);
        $server->set(['worker_num' => 1, 'log_level' => SWOOLE_LOG_ERROR, 'send_yield' => false, 'socket_buffer_size' => 1 << 20, 'kernel_socket_send_buffer_size' => 65536]);
        $server->on('Receive', function (Swoole\Server $server, int $fd, int $reactor, string $data) {
            static $count = 0;
            if ($data === 'fill') {
                for ($before = $count; $server->send(1, str_repeat(chr(97 + $count % 26), 10_000)); $count++);
                $server->send($fd, json_encode([$count - $before, $server->getLastError(), $server->getClientInfo(1)['send_queued_bytes']]));
            } elseif ($data === 'again') {
                $server->send(1, 'and on');
            }
        });
        return $server;
    });
    $slow = stream_socket_client("tcp://127.0.0.1:$served->port"); // the first connection
    stream_set_timeout($slow, (int) PATIENCE);
    $client = $served->connect();
    $count = 0;
    do { // until nothing is on its way any more
        $client->send('fill');
        [$more, $error, $queued] = json_decode($client->recv());
        $count += $more;
    } while ($more > 0);
    // The kernel's buffers and the ring hold some of it, too.
    echo "$name: $error, ", $count >= 104 && $count < 1500 ? 'about the limit' : "$count pieces", ', queued ', json_encode($queued >= 1 << 20), "\n";
    $expected = '';
    for ($i = 0; $i < $count; $i++) {
        $expected .= str_repeat(chr(97 + $i % 26), 10_000);
    }
    $got = '';
    while (strlen($got) < strlen($expected) && ($piece = fread($slow, 1 << 20)) !== '') {
        $got .= $piece;
    }
    echo $got === $expected ? 'what was taken arrives' : strlen($got) . ' bytes of ' . strlen($expected), ' ';
    $client->send('again');
    echo fread($slow, 99), ', status ', $served->stop(), "\n";
}
?>
--EXPECT--
BASE: 1009, about the limit, queued true
what was taken arrives and on, status 0
PROCESS: 1009, about the limit, queued true
what was taken arrives and on, status 0
