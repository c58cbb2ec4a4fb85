--TEST--
BASE: a worker sees its own connections only, but the count is the whole server's, and send() and close() reach all (rows 37 and 38)
--FILE--
<?php
require __DIR__ . '/../include/serve.php';

$served = serve(function () {
    $server = new Swoole\Server('127.0.0.1', 0, SWOOLE_BASE);
    $server->set(['worker_num' => 2, 'log_level' => SWOOLE_LOG_NONE]);
    $server->on('WorkerStart', fn() => note('WorkerStart'));
    $server->on('Close', fn($server, $fd, $reactor) => note("Close $reactor in " . $server->worker_id));
    $server->on('BeforeReload', fn() => note('the manager sees ' . json_encode([
        iterator_to_array($server->connections), $server->getClientList(), count($server->connections) > 0, $server->exists(1), $server->getClientInfo(1),
    ])));
    $server->on('Receive', function (Swoole\Server $server, int $fd, int $reactor, string $data) {
        [$word, $own, $other] = explode(' ', "$data  ");
        $own = (int) $own;
        $other = (int) $other;
        $server->send($fd, json_encode(match ($word) {
            'who' => [$fd, $server->worker_id],
            'see' => [
                'exists' => [$server->exists($own), $server->exists($other)],
                'info' => [is_array($server->getClientInfo($own)), $server->getClientInfo($other)],
                'list' => [in_array($own, $server->getClientList(0, 100), true), in_array($other, $server->getClientList(0, 100), true)],
                'iterator' => [in_array($own, iterator_to_array($server->connections), true), in_array($other, iterator_to_array($server->connections), true)],
                'isset' => [isset($server->connections[$own]), isset($server->connections[$other])],
                'count' => count($server->connections) > count(iterator_to_array($server->connections)),
            ],
            'send' => [$server->send($other, 'from another worker'), $server->close($other)],
        }));
    });
    return $server;
});
$served->await('/^WorkerStart/', 2);
$clients = [];
while (count($clients) < 2) {
    $all[] = $client = $served->connect();
    $client->send('who');
    [$fd, $worker] = json_decode($client->recv());
    $clients[$worker] ??= [$fd, $client];
}
[[$first, $client], [$second, $other]] = [$clients[0], $clients[1]];
$client->send("see $first $second");
foreach (json_decode($client->recv(), true) as $what => $seen) {
    echo "$what: ", json_encode($seen), "\n";
}
$client->send("send $first $second");
echo $client->recv(), ' ', json_encode([$other->recv(), $other->recv()]), "\n";
$served->await('/^Close -1 in 1/');
$served->signal('USR1');
$served->await('/^the manager/');
$served->await('/^WorkerStart/', 4);
echo 'status ', $served->stop(), "\n", implode("\n", preg_grep('/^the manager/', explode("\n", $served->notes()))), "\n";
?>
--EXPECT--
exists: [true,false]
info: [true,false]
list: [true,false]
iterator: [true,false]
isset: [true,false]
count: true
[true,true] ["from another worker",""]
status 0
the manager sees [[],false,true,false,false]
