--TEST--
Swoole\Process and a server: processes that a worker starts, coroutines in one that the manager starts, signals
--FILE--
<?php
require __DIR__ . '/../include/serve.php';
use Swoole\Process;

foreach ([SWOOLE_BASE => 'BASE', SWOOLE_PROCESS => 'PROCESS'] as $mode => $name) {
    echo "-- $name\n";
    $served = serve(function () use ($mode) {
        $server = new Swoole\Server('127.0.0.1', 0, $mode);
        $server->set(['worker_num' => 1, 'log_level' => SWOOLE_LOG_NONE, 'enable_coroutine' => false]);
        $server->addProcess(new Process(function (Process $process) use ($server) {
            note('cid ' . Swoole\Coroutine::getCid());
            Process::signal(SIGTERM, function () {
                note('the process is told, and ends in its own time');
                Swoole\Timer::clearAll();
            });
            Swoole\Timer::tick(5, function () use ($server) {
                static $said = false;
                // The first connection may not be there yet.
                if (!$said && $server->exists(1) !== null && @$server->send(1, "from a timer\n")) {
                    $said = true;
                }
            });
        }, false, 0, true));
        $server->on('WorkerStart', function (Swoole\Server $server) {
            Process::signal(SIGWINCH, fn(int $signo) => $server->send(1, "signal $signo in the worker\n"));
            note('TERM: ' . json_encode(@Process::signal(SIGTERM, fn() => null)) . ' ' . error_get_last()['message']);
            note('worker ' . getmypid());
        });
        $server->on('Receive', function (Swoole\Server $server, int $fd, int $reactor, string $data) {
            Swoole\Timer::after(600_000, fn() => note('the timer of the worker, which is not its child\'s'));
            $process = new Process(function (Process $process) use ($server, $fd, $data) {
                $server->send($fd, "from a child: $data\n");
                $process->write(json_encode([Swoole\Timer::list()->count(), $server->send(999, 'x')]));
                exit(4);
            });
            $pid = $process->start();
            $told = $process->read();
            pcntl_waitpid($pid, $status);
            $server->send($fd, $told . ' ' . pcntl_wexitstatus($status) . "\n");
            Swoole\Timer::clearAll();
        });
        return $server;
    });
    $client = stream_socket_client("tcp://127.0.0.1:$served->port");
    stream_set_timeout($client, (int) PATIENCE);
    echo fgets($client);
    fwrite($client, 'hello');
    $lines = [fgets($client), fgets($client)];
    sort($lines); // two processes: in any order
    echo implode($lines);
    preg_match('/^worker (\d+)/m', $served->notes(), $m);
    signal((int) $m[1], 'WINCH');
    echo fgets($client);
    echo 'status ', $served->stop(), "\n";
    $notes = preg_grep('/^worker|^$/', explode("\n", $served->notes()), PREG_GREP_INVERT);
    sort($notes);
    echo implode("\n", $notes), "\n";
}
?>
--EXPECT--
-- BASE
from a timer
[0,false] 4
from a child: hello
signal 28 in the worker
status 0
TERM: false Swoole\Process::signal(): signal [15] processor has been registered by the system: the server handles it itself
cid 1
the process is told, and ends in its own time
-- PROCESS
from a timer
[0,false] 4
from a child: hello
signal 28 in the worker
status 0
TERM: false Swoole\Process::signal(): signal [15] processor has been registered by the system: the server handles it itself
cid 1
the process is told, and ends in its own time
