--TEST--
Large messages that several processes send to one connection at the same time arrive each in one piece (row 35)
--FILE--
<?php
require __DIR__ . '/../include/serve.php';

const SIZE = 1_000_000;
const EACH = 8;

foreach ([SWOOLE_BASE => 'BASE', SWOOLE_PROCESS => 'PROCESS'] as $mode => $name) {
    $served = serve(function () use ($mode) {
        $server = new Swoole\Server('127.0.0.1', 0, $mode);
        $server->set(['enable_coroutine' => false, 'worker_num' => 2, 'log_level' => SWOOLE_LOG_NONE, 'socket_buffer_size' => 0]);
        $server->on('WorkerStart', fn() => note('WorkerStart'));
        $server->on('Receive', function (Swoole\Server $server, int $fd, int $reactor, string $data) {
            if ($data === 'who') {
                $server->send($fd, "$server->worker_id");
                return;
            }
            $pid = pcntl_fork(); // a third process, with a way of its own
            $letter = $pid === 0 ? 'ab'[$server->worker_id] : 'AB'[$server->worker_id];
            for ($i = 0; $i < EACH; $i++) {
                $server->send((int) $data, str_repeat($letter, SIZE - 1) . "\n") || note('not sent: ' . swoole_last_error());
            }
            $pid === 0 ? signal(getmypid(), 'KILL') : pcntl_waitpid($pid, $status);
        });
        return $server;
    });
    $served->await('/^WorkerStart/', 2);
    $client = stream_socket_client("tcp://127.0.0.1:$served->port"); // the first connection
    stream_set_timeout($client, (int) PATIENCE);
    fwrite($client, 'who');
    $worker = fread($client, 99);
    do {
        $others[] = $other = $served->connect();
        $other->send('who');
    } while ($other->recv() === $worker);
    fwrite($client, '1');
    $other->send('1');
    $whole = $broken = [];
    for ($i = 0; $i < 4 * EACH; $i++) {
        $line = (string) fgets($client);
        $letter = $line[0] ?? '-';
        if ($line === str_repeat($letter, SIZE - 1) . "\n") {
            $whole[$letter] = ($whole[$letter] ?? 0) + 1;
        } else {
            $broken[] = strlen($line) . ' of ' . count_chars(rtrim($line), 3);
        }
    }
    ksort($whole);
    echo "$name: ", json_encode($whole), ' ', json_encode($broken), ', status ', $served->stop(), "\n";
    echo preg_replace('/^WorkerStart\n/m', '', $served->notes());
    unset($others);
}
?>
--EXPECT--
BASE: {"A":8,"B":8,"a":8,"b":8} [], status 0
PROCESS: {"A":8,"B":8,"a":8,"b":8} [], status 0
