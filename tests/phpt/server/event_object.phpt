--TEST--
event_object: Connect, Receive and Close get a Swoole\Server\Event (row 18)
--FILE--
<?php
require __DIR__ . '/../include/serve.php';

foreach ([SWOOLE_BASE, SWOOLE_PROCESS] as $mode) {
    $served = serve(function () use ($mode) {
        $server = new Swoole\Server('127.0.0.1', 0, $mode);
        $server->set(['event_object' => true, 'worker_num' => 1, 'reactor_num' => 1, 'log_level' => SWOOLE_LOG_ERROR]);
        foreach (['Connect', 'Receive', 'Close'] as $name) {
            $server->on($name, function (...$arguments) use ($name) {
                [$server, $event] = $arguments;
                note("$name " . count($arguments) . ' ' . get_class($event) . ' ' . json_encode([
                    $event->reactor_id, $event->fd, abs($event->dispatch_time - microtime(true)) < 5, $event->data,
                ]));
                $name === 'Receive' && $server->send($event->fd, $event->data);
            });
        }
        return $server;
    });
    $client = $served->connect();
    $client->send('data');
    $client->recv();
    $client->close();
    $served->await('/^Close/');
    echo 'status ', $served->stop(), "\n", $served->notes();
}
?>
--EXPECT--
status 0
Connect 2 Swoole\Server\Event [0,1,true,null]
Receive 2 Swoole\Server\Event [0,1,true,"data"]
Close 2 Swoole\Server\Event [0,1,true,null]
status 0
Connect 2 Swoole\Server\Event [0,1,true,null]
Receive 2 Swoole\Server\Event [0,1,true,"data"]
Close 2 Swoole\Server\Event [0,1,true,null]
