--TEST--
send_yield: in a coroutine, send() to a reader that does not read waits for room, while others are served; gone meanwhile is 1005 (row 36)
--FILE--
<?php
require __DIR__ . '/../include/serve.php';

const PIECE = 100_000;
const PIECES = 150;

foreach ([SWOOLE_BASE => 'BASE', SWOOLE_PROCESS => 'PROCESS'] as $mode => $name) {
    $served = serve(function () use ($mode) {
        $server = new Swoole\Server('127.0.0.1', 0, $mode);
        $server->set(['worker_num' => 1, 'max_request' => 100000, 'max_wait_time' => 2, 'log_level' => SWOOLE_LOG_NONE, 'socket_buffer_size' => 1 << 20, 'kernel_socket_send_buffer_size' => 65536]);
        $server->on('Receive', function (Swoole\Server $server, int $fd, int $reactor, string $data) {
            if ($data[0] !== 'm' && $data[0] !== 'e') {
                $data[0] === 'c' && $server->close((int) substr($data, 1));
                $server->send($fd, $data);
                return;
            }
            note("much of $fd begins");
            for ($i = 0; $i < PIECES || $data === 'e'; $i++) {
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
    $other = $served->connect();
    // How much is there before the owner says that it is too much depends on the machine: what must fail goes on until it does.
    $much = function (string $what) use ($served, $other) {
        static $fd = 0;
        $slow = stream_socket_client("tcp://127.0.0.1:$served->port");
        stream_set_timeout($slow, (int) PATIENCE);
        fwrite($slow, $what);
        $served->await('/begins/', ++$fd);
        // The one worker answers another only when the callback waits.
        $other->send('waits');
        $other->recv();
        return $slow;
    };
    $slow = $much('m');
    foreach (range(1, 20) as $i) {
        $other->send("$i");
        $other->recv();
    }
    echo "$name: ", str_contains($served->notes(), 'ends') ? 'it did not wait' : 'it waits', ', ', $read($slow), "\n";
    $served->await('/^much of \d+ ends/');
    // The peer goes away.
    $gone = $much('e');
    fclose($gone);
    $served->await('/error/');
    // The server closes it.
    $closed = $much('e');
    preg_match('/(\d+) begins\s*$/', $served->notes(), $last);
    $other->send("c$last[1]");
    $other->recv();
    $served->await('/error/', 2);
    // The end of the server: who reads gets all of it, who does not holds nobody up for long.
    $reads = $much('m');
    $never = $much('e');
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
