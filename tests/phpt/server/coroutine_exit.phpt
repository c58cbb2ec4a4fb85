--TEST--
exit() is a Swoole\ExitException (row 24); if nobody catches it, its coroutine or message has ended, and the worker goes on
--FILE--
<?php
require __DIR__ . '/../include/serve.php';

foreach ([SWOOLE_BASE => 'BASE', SWOOLE_PROCESS => 'PROCESS'] as $mode => $name) {
    foreach ([true, false] as $coroutines) {
        $served = serve(function () use ($mode, $coroutines) {
            $server = new Swoole\Server('127.0.0.1', 0, $mode);
            $server->set(['worker_num' => 1, 'max_request' => 100000, 'enable_coroutine' => $coroutines, 'log_level' => SWOOLE_LOG_NONE]);
            $tell = function (callable $leave) {
                try {
                    $leave();
                } catch (Swoole\ExitException $e) {
                    return json_encode([$e->getMessage(), $e->getStatus(), $e->getFlags()]);
                }
            };
            $server->on('WorkerStart', fn() => note('WorkerStart'));
            $server->on('WorkerStop', fn() => note('WorkerStop: ' . $tell(fn() => exit)));
            $server->on('WorkerError', fn() => note('WorkerError'));
            $server->on('ManagerStart', fn() => exit(1));
            $server->on('Receive', function (Swoole\Server $server, int $fd, int $reactor, string $data) use ($tell) {
                static $count = 0;
                $count++;
                if ($data === 'leave') {
                    defer(fn() => note('leave: defer'));
                }
                $server->send($fd, "$count " . match ($data) {
                    'caught' => $tell(fn() => exit(3)),
                    'text' => $tell(fn() => exit('bye')),
                    'child' => json_encode(is_int(go(function () {
                        try {
                            exit(4);
                        } finally {
                            note('finally');
                        }
                    }))),
                    'leave' => exit(5),
                    'say' => note('say') . exit("said\n"),
                    'fork' => (function () {
                        if (pcntl_fork() === 0) {
                            exit(7);
                        }
                        pcntl_wait($status);
                        return pcntl_wexitstatus($status);
                    })(),
                    default => $data,
                });
            });
            return $server;
        });
        echo "$name, ", $coroutines ? "coroutines\n" : "none\n";
        $client = $served->connect();
        foreach (['caught', 'text', 'child', ...($coroutines ? ['leave'] : ['fork']), 'say', 'on'] as $word) {
            $client->send($word);
            if ($word === 'leave' || $word === 'say') {
                $served->await("/^$word/");
            } else {
                echo $client->recv(), "\n";
            }
        }
        echo 'status ', $served->stop(), "\n", $served->notes();
    }
}
?>
--EXPECT--
BASE, coroutines
1 ["swoole exit",3,6]
2 ["swoole exit","bye",6]
3 true
said
6 on
status 0
WorkerStart
finally
leave: defer
say
WorkerStop: ["swoole exit",0,4]
BASE, none
1 ["swoole exit",3,4]
2 ["swoole exit","bye",4]
3 true
4 7
said
6 on
status 0
WorkerStart
finally
say
WorkerStop: ["swoole exit",0,4]
PROCESS, coroutines
1 ["swoole exit",3,6]
2 ["swoole exit","bye",6]
3 true
said
6 on
status 0
WorkerStart
finally
leave: defer
say
WorkerStop: ["swoole exit",0,4]
PROCESS, none
1 ["swoole exit",3,4]
2 ["swoole exit","bye",4]
3 true
4 7
said
6 on
status 0
WorkerStart
finally
say
WorkerStop: ["swoole exit",0,4]
