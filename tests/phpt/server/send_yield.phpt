--TEST--
send_yield: in a coroutine, send() to a reader that does not read waits for room, while others are served; gone meanwhile is 1005 (row 36)
--FILE--
<?php
require __DIR__ . '/../include/serve.php';

const PIECE = 100_000;
const PIECES = 60;

foreach ([SWOOLE_BASE => 'BASE', SWOOLE_PROCESS => 'PROCESS'] as $mode => $name) {
    $served = serve(function () use ($mode) {
        $server = new Swoole\Server('127.0.0.1', 0, $mode);
        $server->set(['worker_num' => 1, 'max_request' => 100000, 'max_wait_time' => 2, 'log_level' => SWOOLE_LOG_NONE, 'socket_buffer_size' => 1 << 20, 'kernel_socket_send_buffer_size' => 65536]);
        $server->on('Receive', function (Swoole\Server $server, int $fd, int $reactor, string $data) {
            if ($data[0] !== 'm') {
                $data[0] === 'c' && $server->close((int) substr($data, 1));
                $server->send($fd, $data);
                return;
            }
            note("much of $fd begins");
            for ($i = 0; $i < PIECES; $i++) {
                $ok = $server->send($fd, str_repeat(chr(97 + $i % 26), PIECE));
                if (!$ok) {
                    note("much of $fd: error " . $server->getLastError());
                    return;
                }
            }
            $server->send($fd, 'end');
            note("much of $fd ends");
        });
        return $server;
    });
    $expected = implode('', array_map(fn($i) => str_repeat(chr(97 + $i % 26), PIECE), range(0, PIECES - 1))) . 'end';
    $read = function ($slow) use ($expected) {
        $got = '';
        while (strlen($got) < strlen($expected) && ($piece = fread($slow, 1 << 20)) !== '' && $piece !== false) {
            $got .= $piece;
        }
        return $got === $expected ? 'all' : strlen($got);
    };
    $much = function () use ($served) {
        static $fd = 0;
        $slow = stream_socket_client("tcp://127.0.0.1:$served->port");
        stream_set_timeout($slow, (int) PATIENCE);
        fwrite($slow, 'm');
        $served->await('/begins/', ++$fd);
        return $slow;
    };
    $slow = $much();
    $served->await('/begins/', 1);
    $other = $served->connect();
    foreach (range(1, 20) as $i) {
        $other->send("$i");
        $other->recv();
    }
    echo "$name: ", str_contains($served->notes(), 'ends') ? 'it did not wait' : 'it waits', ', ', $read($slow), "\n";
    $served->await('/^much of 1 ends/');
    // The peer goes away.
    $gone = $much();
    fclose($gone);
    $served->await('/error/');
    // The server closes it.
    $closed = $much();
    preg_match('/(\d+) begins\s*$/', $served->notes(), $last);
    $other->send("c$last[1]");
    $other->recv();
    $served->await('/error/', 2);
    // The end of the server: who reads gets all of it, who does not holds nobody up for long.
    $reads = $much();
    $never = $much();
    $begin = microtime(true);
    $served->signal('TERM');
    echo 'at the end: ', $read($reads), ', status ', $served->wait(), microtime(true) - $begin < 6 ? ' in time' : ' late', "\n";
    echo preg_replace('/of \d+/', 'of N', implode("\n", preg_grep('/error/', explode("\n", $served->notes())))), "\n";
}
?>
--EXPECT--
BASE: it waits, all
at the end: all, status 0 in time
much of N: error 1005
much of N: error 1005
PROCESS: it waits, all
at the end: all, status 0 in time
much of N: error 1005
much of N: error 1005
