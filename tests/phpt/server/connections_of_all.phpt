--TEST--
PROCESS: every process sees all connections, by socket number (rows 37 and 39)
--FILE--
<?php
require __DIR__ . '/../include/serve.php';

$served = serve(function () {
    $server = new Swoole\Server('127.0.0.1', 0, SWOOLE_PROCESS);
    $server->set(['worker_num' => 3, 'reactor_num' => 2, 'log_level' => SWOOLE_LOG_NONE]);
    $server->on('WorkerStart', fn() => note('WorkerStart'));
    $see = fn(string $who) => note("$who sees " . json_encode([
        iterator_to_array($server->connections), $server->getClientList(), count($server->connections), $server->exists(2), $server->exists(1),
        $server->getClientInfo(2)['remote_ip'], isset($server->connections[3]), isset($server->connections[1]), $server->stats()['connection_num'],
    ]));
    $server->on('BeforeReload', fn() => $see('the manager'));
    $server->on('BeforeShutdown', fn() => $see('the master'));
    $server->on('Receive', function (Swoole\Server $server, int $fd, int $reactor, string $data) use ($see) {
        $data === 'see' && $see('a worker');
        $server->send($fd, $data === 'see' ? "$server->worker_id" : json_encode([$fd, $server->stats()['connection_num']]));
    });
    return $server;
});
$served->await('/^WorkerStart/', 3);
$connect = function () use ($served) {
    $client = $served->connect();
    $client->send('?');
    $client->recv();
    return $client;
};
$clients = [1 => $connect(), $connect(), $connect()];
$clients[1]->close();
wait_for(fn() => $clients[2]->send('?') && $clients[2]->recv() === '[2,2]', 'the first to be gone');
$clients[4] = $connect(); // it gets the first one's socket number
$workers = [];
foreach ([2, 3, 4] as $fd) {
    $clients[$fd]->send('see');
    $workers[] = $clients[$fd]->recv();
}
echo count(array_unique($workers)) > 1 ? "several workers\n" : "all in one worker\n";
$served->signal('USR1');
$served->await('/^the manager/');
echo 'status ', $served->stop(), "\n", preg_replace('/^WorkerStart\n/m', '', $served->notes());
?>
--EXPECT--
several workers
status 0
a worker sees [{"1":4,"2":2,"3":3},[4,2,3],3,true,false,"127.0.0.1",true,false,3]
a worker sees [{"1":4,"2":2,"3":3},[4,2,3],3,true,false,"127.0.0.1",true,false,3]
a worker sees [{"1":4,"2":2,"3":3},[4,2,3],3,true,false,"127.0.0.1",true,false,3]
the manager sees [{"1":4,"2":2,"3":3},[4,2,3],3,true,false,"127.0.0.1",true,false,3]
the master sees [{"1":4,"2":2,"3":3},[4,2,3],3,true,false,"127.0.0.1",true,false,3]
