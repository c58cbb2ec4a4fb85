--TEST--
A fatal error, or the memory limit, in one coroutine of many: the worker ends with 255, connections of messages in hand are closed, idle ones go on (row 25)
--FILE--
<?php
require __DIR__ . '/../include/serve.php';

foreach (['fatal', 'memory', 'fatal in a child', 'memory after a wait', 'fatal in Close'] as $how) {
    $served = serve(function () {
        ini_set('display_errors', '0');
        ini_set('memory_limit', '32M');
        $server = new Swoole\Server('127.0.0.1', 0, SWOOLE_PROCESS);
        $server->set(['worker_num' => 1, 'log_level' => SWOOLE_LOG_NONE]);
        $server->on('WorkerStart', fn() => note('WorkerStart'));
        $server->on('WorkerStop', fn() => note('WorkerStop'));
        $server->on('WorkerError', fn($server, $worker, $pid, $code, $signal) => note("WorkerError $code $signal"));
        $how = null;
        $server->on('Receive', function (Swoole\Server $server, int $fd, int $reactor, string $data) use (&$how) {
            if ($data === 'wait') {
                note('wait');
                try {
                    Co::sleep(60);
                } finally {
                    note('finally'); // after a fatal error no PHP code runs but shutdown functions
                }
            }
            $how = $data;
            match ($data) {
                'fatal' => @trigger_error('over', E_USER_ERROR),
                'memory' => str_repeat('x', 64 << 20) . note('not reached'),
                'fatal in a child' => go(fn() => @trigger_error('over', E_USER_ERROR)) . note('not reached'),
                'memory after a wait' => Co::sleep(0.01) . str_repeat('x', 64 << 20) . note('not reached'),
                'fatal in Close' => $server->close($fd) . note('not reached'),
                default => $server->send($fd, $data),
            };
        });
        $server->on('Close', function () use (&$how) {
            $how === 'fatal in Close' && @trigger_error('over', E_USER_ERROR);
        });
        return $server;
    });
    $idle = $served->connect();
    $idle->send('hello');
    $idle->recv();
    foreach (range(1, 20) as $i) {
        $waiting[$i] = $served->connect();
        $waiting[$i]->send('wait');
    }
    $served->await('/^wait$/', 20);
    $fails = $served->connect();
    $fails->send($how);
    $served->await('/^WorkerError/');
    $answers = array_unique(array_map(fn($client) => $client->recv(), [$fails, ...$waiting]));
    $idle->send('goes on');
    echo "$how: ", json_encode($answers), ', ', $idle->recv(), ', status ', $served->stop(), ', ', implode(', ', array_diff(explode("\n", trim($served->notes())), ['wait'])), "\n";
}
?>
--EXPECT--
fatal: [""], goes on, status 0, WorkerStart, WorkerError 255 0, WorkerStart, WorkerStop
memory: [""], goes on, status 0, WorkerStart, WorkerError 255 0, WorkerStart, WorkerStop
fatal in a child: [""], goes on, status 0, WorkerStart, WorkerError 255 0, WorkerStart, WorkerStop
memory after a wait: [""], goes on, status 0, WorkerStart, WorkerError 255 0, WorkerStart, WorkerStop
fatal in Close: [""], goes on, status 0, WorkerStart, WorkerError 255 0, WorkerStart, WorkerStop
