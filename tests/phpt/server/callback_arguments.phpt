--TEST--
Every callback gets the very object that was started, and its arguments in both modes (row 16)
--FILE--
<?php
require __DIR__ . '/../include/serve.php';

class MyServer extends Swoole\Server
{
    public array $mine = ['made before the start'];
}

foreach ([SWOOLE_BASE => 'BASE', SWOOLE_PROCESS => 'PROCESS'] as $mode => $name) {
    echo "$name\n";
    $served = serve(function () use ($mode) {
        $server = new MyServer('127.0.0.1', 0, $mode);
        $server->set(['worker_num' => 2, 'log_level' => SWOOLE_LOG_NONE]);
        $events = ['Start', 'BeforeShutdown', 'Shutdown', 'ManagerStart', 'ManagerStop', 'BeforeReload', 'AfterReload',
            'WorkerStart', 'WorkerStop', 'WorkerError', 'Connect', 'Receive', 'Close'];
        foreach ($events as $event) {
            $server->on($event, function (...$arguments) use ($event, $server) {
                $same = $arguments[0] === $server && $server->mine === ['made before the start'];
                note("$event(" . ($same ? '$server' : 'another') . implode('', array_map(
                    fn($argument) => ', ' . (is_int($argument) && $argument > 100 ? 'pid' : var_export($argument, true)),
                    array_slice($arguments, 1),
                )) . ')');
                if ($event === 'Receive') {
                    if ($arguments[3] === 'die') {
                        signal($server->getWorkerPid(), 'KILL');
                        sleep(10);
                    }
                    $server->send($arguments[1], $server::class);
                }
            });
        }
        return $server;
    });
    $served->await('/^WorkerStart/', 2);
    $client = $served->connect();
    $client->send('?');
    echo $client->recv(), "\n";
    $client->close();
    $served->await('/^Close/');
    $client = $served->connect();
    $client->send('die');
    $served->await('/^WorkerError/');
    $served->await('/^WorkerStart/', 3);
    $mode === SWOOLE_PROCESS && $served->await('/^Close\(.server, 2/'); // in BASE it went with its worker
    $served->signal('USR1');
    $served->await('/^WorkerStart/', 5);
    $served->await('/^WorkerStop/', 2);
    $served->await('/^AfterReload/');
    echo 'status ', $served->stop(), "\n";
    // which worker, which reactor: either
    $lines = preg_replace('/^(Worker\w+\(\$server|(?:Connect|Close|Receive)\(\$server, \d), [01](?=[,)])/', '$1, 0 or 1', explode("\n", trim($served->notes())));
    $lines = array_unique($lines);
    sort($lines);
    echo implode("\n", $lines), "\n";
}
?>
--EXPECT--
BASE
MyServer
status 0
AfterReload($server)
BeforeReload($server)
BeforeShutdown($server)
Close($server, 1, 0 or 1)
Connect($server, 1, 0 or 1)
Connect($server, 2, 0 or 1)
ManagerStart($server)
ManagerStop($server)
Receive($server, 1, 0 or 1, '?')
Receive($server, 2, 0 or 1, 'die')
Shutdown($server)
Start($server)
WorkerError($server, 0 or 1, pid, 0, 9)
WorkerStart($server, 0 or 1)
WorkerStop($server, 0 or 1)
PROCESS
MyServer
status 0
AfterReload($server)
BeforeReload($server)
BeforeShutdown($server)
Close($server, 1, 0 or 1)
Close($server, 2, -1)
Connect($server, 1, 0 or 1)
Connect($server, 2, 0 or 1)
ManagerStart($server)
ManagerStop($server)
Receive($server, 1, 0 or 1, '?')
Receive($server, 2, 0 or 1, 'die')
Shutdown($server)
Start($server)
WorkerError($server, 0 or 1, pid, 0, 9)
WorkerStart($server, 0 or 1)
WorkerStop($server, 0 or 1)
