--TEST--
Coroutine\Client and Coroutine\Socket in a server's workers: while one message waits for its answer, others are handled
--SKIPIF--
<?php extension_loaded('pcntl') || die('skip no pcntl'); ?>
--FILE--
<?php
require __DIR__ . '/put.inc';
require __DIR__ . '/../include/serve.php';
require __DIR__ . '/../client/peer.inc';
use Swoole\Coroutine\Client;
// The second question is answered before the first.
foreach ([SWOOLE_BASE, SWOOLE_PROCESS] as $mode) {
    $peer = new Peer('$one = accept(); $first = fread($one, 100); say("has the first"); $two = accept(); fwrite($two, strrev(fread($two, 100))); go(); fwrite($one, strrev($first)); go();');
    $served = serve(function () use ($mode, $peer) {
        $server = new Swoole\Server('127.0.0.1', 0, $mode);
        $server->set(['worker_num' => 1, 'log_level' => SWOOLE_LOG_ERROR]);
        $server->on('Receive', function ($server, $fd, $reactor, $data) use ($peer) {
            go(function () use ($server, $fd, $data, $peer) {
                $client = new Client(SWOOLE_SOCK_TCP);
                $client->connect('127.0.0.1', $peer->port, 5);
                $client->send($data);
                $server->send($fd, $client->recv());
            });
        });
        return $server;
    });
    [$one, $two] = [$served->connect(), $served->connect()];
    $one->send('first');
    put($peer->hear());
    $two->send('second');
    put($two->recv());
    $peer->tell();
    put($one->recv());
    $peer->tell();
    put($served->stop());
}
?>
--EXPECT--
"has the first"
"dnoces"
"tsrif"
0
"has the first"
"dnoces"
"tsrif"
0
