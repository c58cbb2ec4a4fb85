--TEST--
A fatal error ends its worker with 255, after its shutdown functions, and a new one serves; a signal runs none (row 25)
--FILE--
<?php
require __DIR__ . '/../include/serve.php';

foreach ([SWOOLE_BASE => 'BASE', SWOOLE_PROCESS => 'PROCESS'] as $mode => $name) {
    $served = serve(function () use ($mode) {
        ini_set('display_errors', '0');
        ini_set('memory_limit', '32M');
        $server = new Swoole\Server('127.0.0.1', 0, $mode);
        $server->set(['worker_num' => 2, 'log_level' => SWOOLE_LOG_NONE]);
        $master = getmypid();
        register_shutdown_function(fn() => note('shutdown functions of ' . (getmypid() === $master ? 'the first process' : 'a worker')));
        $server->on('WorkerError', function ($server, int $worker, int $pid, int $code, int $signal) {
            note("WorkerError code $code signal $signal " . ($pid > 0 && $worker < 2 ? '' : 'odd'));
        });
        $server->on('WorkerStart', fn() => note('WorkerStart'));
        $server->on('WorkerStop', fn() => note('WorkerStop'));
        $server->on('Receive', function (Swoole\Server $server, int $fd, int $reactor, string $data) {
            match ($data) {
                'fatal' => @trigger_error('over', E_USER_ERROR),
                'memory' => str_repeat('x', 64 << 20) . note('not reached'),
                'compile' => eval('function note() {}'),
                'kill' => signal(getmypid(), 'KILL'),
                default => $server->send($fd, $data),
            };
            note('not reached');
        });
        return $server;
    });
    $served->await('/^WorkerStart/', 2);
    foreach (['fatal', 'memory', 'compile', 'kill'] as $i => $word) {
        $client = $served->connect();
        $client->send($word);
        $served->await('/^WorkerError/', $i + 1);
        $served->await('/^WorkerStart/', $i + 3);
        echo "$name $word: ", json_encode($client->recv()), "\n"; // it held a message of this connection
    }
    echo "$name status ", $served->stop(), "\n";
    $lines = array_count_values(explode("\n", trim($served->notes())));
    ksort($lines);
    print_r($lines);
}
?>
--EXPECT--
BASE fatal: ""
BASE memory: ""
BASE compile: ""
BASE kill: ""
BASE status 0
Array
(
    [WorkerError code 0 signal 9 ] => 1
    [WorkerError code 255 signal 0 ] => 3
    [WorkerStart] => 6
    [WorkerStop] => 2
    [shutdown functions of a worker] => 3
    [shutdown functions of the first process] => 1
)
PROCESS fatal: ""
PROCESS memory: ""
PROCESS compile: ""
PROCESS kill: ""
PROCESS status 0
Array
(
    [WorkerError code 0 signal 9 ] => 1
    [WorkerError code 255 signal 0 ] => 3
    [WorkerStart] => 6
    [WorkerStop] => 2
    [shutdown functions of a worker] => 3
    [shutdown functions of the first process] => 1
)
