--TEST--
A worker that is killed while a message's coroutine, or what that has started, still lives closes the message's connection, and no idle one
--FILE--
<?php
require __DIR__ . '/../include/serve.php';

$served = serve(function () {
    $server = new Swoole\Server('127.0.0.1', 0, SWOOLE_PROCESS);
    $server->set(['worker_num' => 1, 'log_level' => SWOOLE_LOG_NONE]);
    $server->on('WorkerStart', fn() => note('WorkerStart ' . getmypid()));
    $server->on('Receive', function (Swoole\Server $server, int $fd, int $reactor, string $data) {
        match ($data) {
            'sleep' => note($data) . Co::sleep(60),
            'child' => go(function () {
                Co::sleep(0.01); // the parent has ended
                go(fn() => note('child') . Co::sleep(60));
            }),
            'defer' => defer(fn() => note('defer') . Co::sleep(60)),
            'after' => Swoole\Timer::after(10, fn() => Swoole\Timer::after(60_000, fn() => null) . note('after')),
            'tick' => Swoole\Timer::tick(10, fn($id) => note('tick') . Co::sleep(60)),
            'cleared' => Swoole\Timer::clear(Swoole\Timer::after(60_000, fn() => null)) . note('cleared'),
            'ended' => go(fn() => Co::sleep(0.01) . note('ended')),
            default => null,
        };
        $server->send($fd, $data);
    });
    return $server;
});
$served->await('/^WorkerStart/');
preg_match('/^WorkerStart (\d+)/m', $served->notes(), $worker);
$clients = [];
foreach (['sleep', 'child', 'defer', 'after', 'tick', 'cleared', 'ended', 'idle'] as $word) {
    $clients[$word] = $served->connect();
    $clients[$word]->send($word);
    $word === 'idle' || $served->await("/^$word/");
    $word === 'sleep' || $clients[$word]->recv();
}
// An answer, or a note, comes before its callback has ended; when the next message is answered it has.
$next = $served->connect();
$next->send('next');
$next->recv();
signal((int) $worker[1], 'KILL');
$served->await('/^WorkerStart/', 2);
foreach ($clients as $word => $client) {
    @$client->send('idle');
    echo "$word: ", @$client->recv() === 'idle' ? 'goes on' : 'closed', "\n";
}
echo 'status ', $served->stop(), "\n";
?>
--EXPECT--
sleep: closed
child: closed
defer: closed
after: closed
tick: goes on
cleared: goes on
ended: goes on
idle: goes on
status 0
