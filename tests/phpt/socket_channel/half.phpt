--TEST--
Session mode: an answer that was begun is finished though nobody waits any more; one that never ends has a grace, and then the connection is given up
--FILE--
<?php
require __DIR__ . '/peer.inc';
use Swoole\Coroutine\SocketChannel;

$peer = peer(function ($connection, $number) {
    while (($line = line($connection)) !== null) {
        [$session, $word] = explode(' ', $line);
        if ($word === 'slowly') {
            fwrite($connection, "$session slo");
            usleep(400000);
            fwrite($connection, "wly on $number\n");
        } elseif ($word === 'never') {
            fwrite($connection, "$session nev");
        } else {
            fwrite($connection, "$session on $number\n");
        }
    }
});
$channel = new SocketChannel([
    'host' => '127.0.0.1', 'port' => $peer->port, 'timeout' => 0.6,
    'response' => fn($reader) => [($words = explode(' ', $reader->readLine("\n"), 2))[0], true, $words[1]],
]);
Co\run(function () use ($channel) {
    echo thrown(fn() => $channel->request("1 slowly\n", 1, [], 0.2)), "\n";
    echo $channel->request("2 x\n", 2), "\n";
});
Co\run(function () use ($channel) {
    echo thrown(fn() => $channel->request("3 slowly\n", 3, [], 0.2)), "\n";
});
echo "the loop has ended\n";
Co\run(function () use ($channel) {
    echo $channel->request("4 x\n", 4), "\n";
    echo thrown(fn() => $channel->request("5 never\n", 5, [], 0.2)), "\n";
});
echo "the loop has ended\n";
Co\run(fn() => print($channel->request("6 x\n", 6) . "\n"));
?>
--EXPECT--
Swoole\Coroutine\SocketChannel\Exception(110): SERVER: no answer in time
on 1
Swoole\Coroutine\SocketChannel\Exception(110): SERVER: no answer in time
the loop has ended
on 1
Swoole\Coroutine\SocketChannel\Exception(110): SERVER: no answer in time
the loop has ended
on 2
