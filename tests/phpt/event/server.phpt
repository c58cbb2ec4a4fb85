--TEST--
Descriptors, deferred calls and cycles in the loops of a server's processes
--SKIPIF--
<?php extension_loaded('pcntl') || die('skip pcntl is not there'); ?>
--FILE--
<?php
require __DIR__ . '/../include/serve.php';
use Swoole\Event;

foreach ([SWOOLE_BASE => 'BASE', SWOOLE_PROCESS => 'PROCESS'] as $mode => $name) {
    $listening = stream_socket_server('tcp://127.0.0.1:0');
    $address = stream_socket_get_name($listening, false);
    $served = serve(function () use ($mode, $address) {
        $server = new Swoole\Server('127.0.0.1', 0, $mode);
        $server->set(['worker_num' => 2, 'log_level' => SWOOLE_LOG_ERROR, 'max_wait_time' => 5]);
        $watch = function (string $who) use ($address) {
            $stream = stream_socket_client("tcp://$address");
            fwrite($stream, "$who\n");
            Event::add($stream, function ($stream) use ($who) {
                $line = fgets($stream);
                note("$who got " . ($line === false ? 'the end' : trim($line)) . (Co::getCid() > 0 ? ' in a coroutine' : ''));
                if ($line === false) {
                    Event::del($stream);
                } else {
                    Event::write($stream, "$who says: $line");
                }
            });
            Event::defer(function () use ($who) {
                @Event::exit();
                note("$who deferred, " . strrchr(error_get_last()['message'], ':'));
            });
        };
        $server->on('Start', fn() => $watch('master'));
        if ($mode === SWOOLE_PROCESS) {
            $server->on('ManagerStart', fn() => $watch('manager'));
        }
        $server->on('WorkerStart', function (Swoole\Server $server, int $id) use ($watch) {
            $watch("worker $id");
            $turns = 0;
            Event::cycle(function () use (&$turns, $id) {
                ++$turns === 3 && note("worker $id went around");
            });
        });
        $server->on('WorkerExit', fn($server, $id) => note("WorkerExit $id"));
        $server->on('WorkerStop', fn($server, $id) => note("WorkerStop $id"));
        $server->on('Receive', fn($server, $fd, $reactor, $data) => $server->send($fd, "still $data"));
        return $server;
    });
    $peers = [];
    $expected = $mode === SWOOLE_PROCESS ? 4 : 3;
    while (count($peers) < $expected) {
        $peer = stream_socket_accept($listening, 10);
        stream_set_timeout($peer, 10);
        $peers[trim(fgets($peer))] = $peer;
    }
    ksort($peers);
    foreach ([1, 2] as $round) {
        foreach ($peers as $who => $peer) {
            fwrite($peer, "line $round\n");
            echo trim(fgets($peer)) === "$who says: line $round" ? '' : "$who says something else\n";
        }
    }
    $client = $served->connect();
    $client->send('there');
    echo "$name: ", $client->recv(), "\n";
    $served->await('/went around/', 2);
    array_map('fclose', $peers);
    $served->await('/got the end/', $expected);
    echo 'status ', $served->stop(), "\n";
    $notes = array_unique(explode("\n", trim($served->notes())));
    sort($notes);
    echo implode("\n", $notes), "\n";
}
?>
--EXPECT--
BASE: still there
status 0
WorkerStop 0
WorkerStop 1
master deferred, : the event loop is the server's, and goes on
master got line 1 in a coroutine
master got line 2 in a coroutine
master got the end in a coroutine
worker 0 deferred, : the event loop is the server's, and goes on
worker 0 got line 1 in a coroutine
worker 0 got line 2 in a coroutine
worker 0 got the end in a coroutine
worker 0 went around
worker 1 deferred, : the event loop is the server's, and goes on
worker 1 got line 1 in a coroutine
worker 1 got line 2 in a coroutine
worker 1 got the end in a coroutine
worker 1 went around
PROCESS: still there
status 0
WorkerStop 0
WorkerStop 1
manager deferred, : the event loop is the server's, and goes on
manager got line 1 in a coroutine
manager got line 2 in a coroutine
manager got the end in a coroutine
master deferred, : the event loop is the server's, and goes on
master got line 1 in a coroutine
master got line 2 in a coroutine
master got the end in a coroutine
worker 0 deferred, : the event loop is the server's, and goes on
worker 0 got line 1 in a coroutine
worker 0 got line 2 in a coroutine
worker 0 got the end in a coroutine
worker 0 went around
worker 1 deferred, : the event loop is the server's, and goes on
worker 1 got line 1 in a coroutine
worker 1 got line 2 in a coroutine
worker 1 got the end in a coroutine
worker 1 went around
