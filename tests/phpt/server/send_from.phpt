--TEST--
send() works from every process: master, manager, another worker, a process that a worker forked (row 35)
--FILE--
<?php
require __DIR__ . '/../include/serve.php';

/** What comes up to the end of a line. */
function line($stream): string
{
    $line = rtrim((string) fgets($stream), "\n");
    return strlen($line) . ' ' . substr($line, -20);
}

foreach ([SWOOLE_BASE => 'BASE', SWOOLE_PROCESS => 'PROCESS'] as $mode => $name) {
    $served = serve(function () use ($mode) {
        $server = new Swoole\Server('127.0.0.1', 0, $mode);
        $server->set(['enable_coroutine' => false, 'worker_num' => 2, 'log_level' => SWOOLE_LOG_NONE]);
        // More than a datagram holds, then little: the order is kept.
        $from = fn(string $who, int $fd) => note("$who: " . json_encode([
            $server->send($fd, str_repeat('x', 300_000)), $server->send($fd, " from $who\n"),
        ]));
        $server->on('WorkerStart', fn() => note('WorkerStart'));
        $server->on('Start', function (Swoole\Server $server) use ($from) {
            $client = stream_socket_client("tcp://127.0.0.1:$server->port");
            stream_set_timeout($client, (int) PATIENCE);
            fwrite($client, 'who'); // in BASE it is worker 1 that answers: here is worker 0
            fgets($client);
            $from('Start', 1);
            note('got ' . line($client));
        });
        $server->on('WorkerError', fn() => $from('the manager', 2));
        $server->on('Receive', function (Swoole\Server $server, int $fd, int $reactor, string $data) use ($from) {
            if ($data === 'who') {
                $server->send($fd, "$server->worker_id " . getmypid() . "\n");
                return;
            }
            if ($data === 'fork') {
                $pid = pcntl_fork();
                if ($pid === 0) {
                    $from('a forked process', 2);
                    signal(getmypid(), 'KILL');
                }
                pcntl_waitpid($pid, $status);
                $data = 'the worker that forked';
            }
            $from($data, 2);
        });
        return $server;
    });
    $served->await('/^WorkerStart/', 2);
    $client = stream_socket_client("tcp://127.0.0.1:$served->port"); // the second connection
    stream_set_timeout($client, (int) PATIENCE);
    fwrite($client, 'who');
    $worker = fgets($client);
    do {
        $others[] = $other = $served->connect();
        $other->send('who');
    } while (($name_of_other = $other->recv()) === $worker);
    echo "$name\n";
    fwrite($client, 'its own worker');
    echo line($client), "\n";
    $other->send('another worker');
    echo line($client), "\n";
    fwrite($client, 'fork');
    $lines = [line($client), line($client)];
    sort($lines); // two processes: in any order
    echo implode("\n", $lines), "\n";
    signal((int) explode(' ', $name_of_other)[1], 'KILL');
    echo line($client), "\n";
    echo 'status ', $served->stop(), "\n";
    $lines = array_diff(explode("\n", trim($served->notes())), ['WorkerStart']);
    sort($lines);
    echo implode("\n", $lines), "\n";
    unset($others);
}
?>
--EXPECT--
BASE
300020  from its own worker
300020  from another worker
300022 rom a forked process
300028 e worker that forked
300017 xxx from the manager
status 0
Start: [true,true]
a forked process: [true,true]
another worker: [true,true]
got 300011 xxxxxxxxx from Start
its own worker: [true,true]
the manager: [true,true]
the worker that forked: [true,true]
PROCESS
300020  from its own worker
300020  from another worker
300022 rom a forked process
300028 e worker that forked
300017 xxx from the manager
status 0
Start: [true,true]
a forked process: [true,true]
another worker: [true,true]
got 300011 xxxxxxxxx from Start
its own worker: [true,true]
the manager: [true,true]
the worker that forked: [true,true]
