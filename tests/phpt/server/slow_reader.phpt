--TEST--
Megabytes for a slow reader: send() never waits, other connections are served meanwhile, all of it arrives (row 36)
--FILE--
<?php
require __DIR__ . '/../include/serve.php';

foreach ([SWOOLE_BASE => 'BASE', SWOOLE_PROCESS => 'PROCESS'] as $mode => $name) {
    $served = serve(function () use ($mode) {
        $server = new Swoole\Server('127.0.0.1', 0, $mode);
        $server->set(['worker_num' => 1, 'log_level' => SWOOLE_LOG_NONE, 'socket_buffer_size' => 64 << 20]);
        $server->on('Receive', function (Swoole\Server $server, int $fd, int $reactor, string $data) {
            if ($data !== 'much') {
                $server->send($fd, $data);
                return;
            }
            $ok = true;
            $begin = microtime(true);
            for ($i = 0; $i < 20; $i++) {
                $ok = $server->send($fd, str_repeat(chr(65 + $i), 1 << 20)) && $ok;
            }
            $server->close($fd);
            note('sent ' . json_encode($ok) . (microtime(true) - $begin < 5 ? '' : ' slowly'));
        });
        return $server;
    });
    $slow = stream_socket_client("tcp://127.0.0.1:$served->port");
    fwrite($slow, 'much');
    $served->await('/^sent/');
    $other = $served->connect();
    $other->send('served');
    echo "$name: ", $other->recv(), ', ';
    $expected = implode('', array_map(fn($i) => str_repeat(chr(65 + $i), 1 << 20), range(0, 19)));
    var_dump(stream_get_contents($slow) === $expected);
    echo 'status ', $served->stop(), "\n", $served->notes();
}
?>
--EXPECT--
BASE: served, bool(true)
status 0
sent true
PROCESS: served, bool(true)
status 0
sent true
