--TEST--
A fatal error in single-process BASE, or in Start, ends the server with 255; one in the manager ends it as a shutdown does (rows 22 and 25)
--FILE--
<?php
require __DIR__ . '/../include/serve.php';

foreach (['Receive' => SWOOLE_BASE, 'Start' => SWOOLE_PROCESS, 'ManagerStart' => SWOOLE_PROCESS] as $where => $mode) {
    putenv('SWOOLE_NOTES=' . $file = tempnam(sys_get_temp_dir(), 'swoole-rs-'));
    $pid = pcntl_fork();
    if ($pid === 0) {
        ini_set('display_errors', '0');
        $server = new Swoole\Server('127.0.0.1', 0, $mode);
        $server->set(['worker_num' => 1, 'log_level' => SWOOLE_LOG_NONE]);
        $first = getmypid();
        register_shutdown_function(fn() => note('shutdown functions of ' . (getmypid() === $first ? 'the first process' : 'another')));
        $server->on('WorkerStart', fn() => note('pid ' . getmypid()));
        $server->on('Shutdown', fn() => note('Shutdown'));
        $server->on('Start', fn($server) => note("port $server->port"));
        $server->on('Receive', fn() => null);
        $server->on($where, function (Swoole\Server $server) use ($where) {
            if ($where !== 'Receive') {
                wait_for(fn() => str_contains(file_get_contents(getenv('SWOOLE_NOTES')), 'pid'), 'the worker to start');
            }
            @trigger_error('over', E_USER_ERROR);
        });
        $server->start();
        exit(0);
    }
    $served = new Served($pid, '127.0.0.1', 0, $file);
    $served->await('/^pid /');
    if ($where === 'Receive') {
        $served->await('/^port /');
        preg_match('/^port (\d+)/m', $served->notes(), $port);
        $client = new Swoole\Client(SWOOLE_SOCK_TCP);
        $client->connect('127.0.0.1', (int) $port[1], PATIENCE);
        $client->send('x');
    }
    echo "$where: status ", $served->wait(), "\n";
    preg_match('/^pid (\d+)/m', $served->notes(), $worker);
    wait_for(fn() => !is_alive((int) $worker[1]), 'the worker to end');
    $lines = preg_grep('/^(pid|port) /', explode("\n", trim($served->notes())), PREG_GREP_INVERT);
    sort($lines);
    echo implode("\n", $lines), "\n";
}
?>
--EXPECT--
Receive: status 255
shutdown functions of the first process
Start: status 255
shutdown functions of the first process
ManagerStart: status 0
Shutdown
shutdown functions of another
shutdown functions of the first process
