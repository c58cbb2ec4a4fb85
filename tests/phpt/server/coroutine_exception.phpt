--TEST--
An uncaught exception in a coroutine: it is reported, the worker finishes its other coroutines, ends with 255, and its successor serves what it has not taken (row 22)
--FILE--
<?php
require __DIR__ . '/../include/serve.php';

foreach ([SWOOLE_BASE => 'BASE', SWOOLE_PROCESS => 'PROCESS'] as $mode => $name) {
    foreach (['throw', 'throw later', 'throw in a child', 'throw in a timer', 'throw in defer'] as $how) {
        $served = serve(function () use ($mode) {
            ini_set('display_errors', '0');
            $server = new Swoole\Server('127.0.0.1', 0, $mode);
            $server->set(['worker_num' => 1, 'max_request' => 100000, 'log_level' => SWOOLE_LOG_NONE, 'max_wait_time' => 8]);
            $server->on('WorkerStart', fn() => note('WorkerStart'));
            $server->on('WorkerStop', fn() => note('WorkerStop'));
            $server->on('WorkerError', fn($server, $worker, $pid, $code, $signal) => note("WorkerError $code $signal"));
            $main = getmypid();
            register_shutdown_function(fn() => getmypid() === $main || note('shutdown function: ' . strtok(error_get_last()['message'] ?? '', ' ')));
            $server->on('Close', fn($server, $fd, $reactor) => note("Close $fd " . ($reactor < 0 ? 'by the server' : 'by the peer')));
            $server->on('Receive', function (Swoole\Server $server, int $fd, int $reactor, string $data) {
                $fail = fn() => throw new LogicException('over');
                match ($data) {
                    'throw' => $fail(),
                    'throw later' => Co::sleep(0.05) && $fail(),
                    'throw in a child' => go($fail) && note('the parent goes on') . $server->send($fd, 'parent'),
                    'throw in a timer' => Swoole\Timer::after(10, $fail),
                    'throw in defer' => defer($fail),
                    'wait' => note('wait') . Co::sleep(0.5) . $server->send($fd, 'waited'),
                    default => $server->send($fd, $data),
                };
            });
            return $server;
        });
        $waits = $served->connect();
        $waits->send('wait');
        $served->await('/^wait$/');
        $fails = $served->connect();
        $fails->send($how);
        $served->await('/^WorkerStart/', $mode === SWOOLE_PROCESS ? 2 : 1);
        $idle = $mode === SWOOLE_PROCESS ? $served->connect() : null;
        $idle?->send('served at once');
        echo "$name, $how: ", $idle?->recv(), ' | ', $waits->recv(), ' | ', $fails->recv() ?: 'closed';
        $served->await('/^WorkerError/');
        $served->await('/^WorkerStart/', 2);
        $served->await('/^Close 2/');
        $after = $served->connect();
        $after->send('after');
        echo ' | ', $after->recv(), ' | status ', $served->stop(), "\n";
        if ($how === 'throw in a child') {
            $notes = explode("\n", trim($served->notes()));
            sort($notes);
            echo implode("\n", $notes), "\n";
        }
    }
}
?>
--EXPECT--
BASE, throw:  | waited | closed | after | status 0
BASE, throw later:  | waited | closed | after | status 0
BASE, throw in a child:  | waited | parent | after | status 0
Close 1 by the server
Close 2 by the server
Close 3 by the server
WorkerError 255 0
WorkerStart
WorkerStart
WorkerStop
shutdown function: Uncaught
the parent goes on
wait
BASE, throw in a timer:  | waited | closed | after | status 0
BASE, throw in defer:  | waited | closed | after | status 0
PROCESS, throw: served at once | waited | closed | after | status 0
PROCESS, throw later: served at once | waited | closed | after | status 0
PROCESS, throw in a child: served at once | waited | parent | after | status 0
Close 2 by the server
WorkerError 255 0
WorkerStart
WorkerStart
WorkerStop
shutdown function: Uncaught
the parent goes on
wait
PROCESS, throw in a timer: served at once | waited | closed | after | status 0
PROCESS, throw in defer: served at once | waited | closed | after | status 0
