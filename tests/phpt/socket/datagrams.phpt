--TEST--
Coroutine\Socket: UDP, Unix streams and datagrams
--FILE--
<?php
require __DIR__ . '/put.inc';
use Swoole\Coroutine\Socket;
$folder = sys_get_temp_dir() . '/swoole-sockets-' . getmypid();
mkdir($folder);
Co\run(function () use ($folder) {
    foreach ([[2, '127.0.0.1'], [10, '::1']] as [$domain, $host]) {
        $server = new Socket($domain, 2, 0);
        put($server->bind($host));
        $port = $server->getsockname()['port'];
        go(function () use ($server) {
            while (($data = $server->recvfrom($peer)) !== false && $data !== 'end') {
                $server->sendto($peer['address'], $peer['port'], strtoupper($data));
            }
            put($data, array_keys($peer));
        });
        $client = new Socket($domain, 2, 0);
        put($client->sendto($host, $port, 'hello'), $client->recvfrom($peer), $peer === ['address' => $host, 'port' => $port]);
        put($client->connect($host, $port), $client->send('again'), $client->recv(), $client->send(''), $client->recv(), $client->errCode);
        put($client->recvfrom($peer, 0.01), $client->errCode);
        put($client->send(str_repeat('x', 70000)), $client->errCode);
        $client->send('end');
    }
    $client = new Socket(2, 2, 0);
    $client->connect('127.0.0.1', 1);
    put('closed port', $client->send('x'), $client->recv(), $client->errCode);

    $server = new Socket(1, 1, 0);
    put($server->bind("$folder/stream"), $server->listen(), $server->getsockname() === ['address' => "$folder/stream", 'port' => 0]);
    go(function () use ($server) {
        $peer = $server->accept();
        $peer->send(strrev($peer->recv()));
    });
    $client = new Socket(1, 1, 0);
    put($client->connect("$folder/stream"), $client->send('abc'), $client->recv(), $client->getpeername()['address'] === "$folder/stream");

    // A backlog that is full: nothing tells when there is room again.
    $narrow = new Socket(1, 1, 0);
    $narrow->bind("$folder/narrow");
    $narrow->listen(0);
    $first = new Socket(1, 1, 0);
    put($first->connect("$folder/narrow"));
    $second = new Socket(1, 1, 0);
    put('full', $second->connect("$folder/narrow", 0, 0.02), $second->errCode);
    go(fn() => $narrow->accept());
    put($second->connect("$folder/narrow", 0, 5));

    $one = new Socket(1, 2, 0);
    $other = new Socket(1, 2, 0);
    put($one->bind("$folder/one"), $other->bind("$folder/other"));
    put($one->sendto("$folder/other", 0, 'message'), $other->recvfrom($peer), $peer === ['address' => "$folder/one", 'port' => 0]);
});
array_map('unlink', glob("$folder/*"));
rmdir($folder);
?>
--EXPECT--
true
5 "HELLO" true
true 5 "AGAIN" 0 "" 0
false 110
false 90
true
"end" ["address","port"]
5 "HELLO" true
true 5 "AGAIN" 0 "" 0
false 110
false 90
"closed port" 1 false 111
true true true
"end" ["address","port"]
true 3 "cba" true
true
"full" false 110
true
true true
7 "message" true
