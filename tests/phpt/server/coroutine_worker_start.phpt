--TEST--
WorkerStart that throws, exits, or fails after a wait: its worker is replaced, after a pause that grows, with 255; the others serve (row 26)
--FILE--
<?php
require __DIR__ . '/../include/serve.php';

foreach ([SWOOLE_BASE => 'BASE', SWOOLE_PROCESS => 'PROCESS'] as $mode => $name) {
    foreach (['throw', 'exit', 'wait and throw', 'wait and exit'] as $how) {
        $served = serve(function () use ($mode, $how) {
            ini_set('display_errors', '0');
            $server = new Swoole\Server('127.0.0.1', 0, $mode);
            $server->set(['worker_num' => 2, 'log_level' => SWOOLE_LOG_NONE]);
            $server->on('WorkerStart', function (Swoole\Server $server, int $worker) use ($how) {
                note("start $worker " . hrtime(true));
                if ($worker === 1 && substr_count(file_get_contents(getenv('SWOOLE_NOTES')), 'start 1') < 5) {
                    go(fn() => Co::sleep(0.001) . exit(7));
                    str_contains($how, 'wait') && Co::sleep(0.02);
                    str_contains($how, 'throw') ? throw new LogicException : exit(3);
                }
            });
            $server->on('WorkerError', fn($server, ...$what) => note("WorkerError $what[0] $what[2] $what[3]"));
            $server->on('Receive', fn(Swoole\Server $server, int $fd) => $server->send($fd, "$server->worker_id"));
            return $server;
        });
        $client = $served->connect();
        $client->send('?');
        $answer = $client->recv();
        $served->await('/^start 1/', 5);
        $status = $served->stop();
        preg_match_all('/^start 1 (\d+)/m', $served->notes(), $starts);
        $pauses = array_map(fn($i) => ($starts[1][$i] - $starts[1][$i - 1]) / 1e9 >= [0, 0.1, 0.2, 0.4][$i - 1], range(1, 4));
        echo "$name, $how: answered ", json_encode($answer === '0' || $answer === '1'), ', pauses ', json_encode($pauses), ", status $status, errors ", substr_count($served->notes(), 'WorkerError 1 255 0'), "\n";
    }
}
?>
--EXPECT--
BASE, throw: answered true, pauses [true,true,true,true], status 0, errors 4
BASE, exit: answered true, pauses [true,true,true,true], status 0, errors 4
BASE, wait and throw: answered true, pauses [true,true,true,true], status 0, errors 4
BASE, wait and exit: answered true, pauses [true,true,true,true], status 0, errors 4
PROCESS, throw: answered true, pauses [true,true,true,true], status 0, errors 4
PROCESS, exit: answered true, pauses [true,true,true,true], status 0, errors 4
PROCESS, wait and throw: answered true, pauses [true,true,true,true], status 0, errors 4
PROCESS, wait and exit: answered true, pauses [true,true,true,true], status 0, errors 4
