--TEST--
Which callbacks run in a coroutine, with which ids (row 19); one that waits lets its worker go on, also with its own connection (row 20)
--FILE--
<?php
require __DIR__ . '/../include/serve.php';

foreach ([SWOOLE_BASE => 'BASE', SWOOLE_PROCESS => 'PROCESS'] as $mode => $name) {
    $served = serve(function () use ($mode) {
        $server = new Swoole\Server('127.0.0.1', 0, $mode);
        $server->set(['worker_num' => 1, 'max_request' => 100000, 'log_level' => SWOOLE_LOG_NONE]);
        foreach (['Start', 'BeforeShutdown', 'Shutdown', 'ManagerStart', 'ManagerStop', 'BeforeReload', 'AfterReload', 'WorkerStop', 'WorkerExit', 'WorkerError'] as $event) {
            $server->on($event, fn() => note("$event " . (Co::getCid() < 0 ? 'plain' : 'coroutine')));
        }
        $server->on('WorkerStart', function () {
            note('WorkerStart ' . Co::getCid() . ' ' . json_encode(Co::getPcid()));
            Co::sleep(0.3); // connections are taken all the same (row 15)
            note('WorkerStart goes on');
        });
        $server->on('Connect', function (Swoole\Server $server, int $fd) {
            note("Connect $fd in a coroutine: " . json_encode(Co::getCid() > 1));
            Co::sleep(0.2);
            note("Connect $fd goes on");
        });
        $server->on('Receive', function (Swoole\Server $server, int $fd, int $reactor, string $data) {
            if ($data === 'sleep') {
                note("Receive $fd sleeps");
                Co::sleep(0.3);
                note("Receive $fd: " . json_encode([$server->exists($fd), $server->send($fd, 'late'), $server->getLastError()]));
                return;
            }
            $server->send($fd, "$data of " . (Co::getCid() > 1 ? 'a coroutine' : 'none'));
        });
        $server->on('Close', fn(Swoole\Server $server, int $fd) => note("Close $fd " . json_encode([Co::getCid() > 1, $server->exists($fd), is_array($server->getClientInfo($fd))])));
        return $server;
    });
    $client = $served->connect();
    $client->send('hello');
    echo "$name: ", $client->recv(), ', ', str_contains($served->notes(), 'goes on') ? 'late' : 'before anything goes on', "\n";
    $other = $served->connect();
    $other->send('sleep');
    $served->await('/^Receive 2 sleeps/');
    $client->send('again');
    echo $client->recv(), "\n";
    $other->close();
    $served->await('/^Receive 2: /');
    $served->await('/goes on/', 3);
    $client->close();
    $served->await('/^Close/', 2);
    echo 'status ', $served->stop(), "\n";
    $notes = explode("\n", trim($served->notes()));
    sort($notes);
    echo implode("\n", $notes), "\n";
}
?>
--EXPECT--
BASE: hello of a coroutine, before anything goes on
again of a coroutine
status 0
BeforeShutdown coroutine
Close 1 [true,false,true]
Close 2 [true,false,true]
Connect 1 goes on
Connect 1 in a coroutine: true
Connect 2 goes on
Connect 2 in a coroutine: true
ManagerStart plain
ManagerStop plain
Receive 2 sleeps
Receive 2: [false,false,1005]
Shutdown plain
Start coroutine
WorkerStart 2 -1
WorkerStart goes on
WorkerStop plain
PROCESS: hello of a coroutine, before anything goes on
again of a coroutine
status 0
BeforeShutdown coroutine
Close 1 [true,false,true]
Close 2 [true,false,true]
Connect 1 goes on
Connect 1 in a coroutine: true
Connect 2 goes on
Connect 2 in a coroutine: true
ManagerStart plain
ManagerStop plain
Receive 2 sleeps
Receive 2: [false,false,1005]
Shutdown plain
Start coroutine
WorkerStart 1 -1
WorkerStart goes on
WorkerStop plain
