--TEST--
What Start has left in the loop ends with the server: it does not hold the process, and nothing else is left of it
--FILE--
<?php
require __DIR__ . '/../include/serve.php';
use Swoole\{Coroutine, Event, Timer};

foreach ([SWOOLE_BASE => 'BASE', SWOOLE_PROCESS => 'PROCESS'] as $mode => $name) {
    $served = serve(function () use ($mode) {
        $server = new Swoole\Server('127.0.0.1', 0, $mode);
        $server->set(['worker_num' => 1, 'log_level' => SWOOLE_LOG_NONE, 'max_wait_time' => 1]);
        $server->on('Start', function () {
            Timer::tick(1, fn() => null);
            Timer::after(3_600_000, fn() => note('a timer after the end'));
            $GLOBALS['pair'] = stream_socket_pair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0);
            Event::add($GLOBALS['pair'][0], fn() => null);
            go(fn() => Coroutine::sleep(3600));
        });
        $server->on('Receive', fn() => null);
        // The harness starts it, and leaves by exit().
        register_shutdown_function(fn() => note('after the server: ' . json_encode([Timer::stats()['num'], Event::isset($GLOBALS['pair'][0])])));
        return $server;
    });
    echo "$name: status ", $served->stop(), "\n", $served->notes();
}
?>
--EXPECT--
BASE: status 0
after the server: [0,false]
PROCESS: status 0
after the server: [0,false]
