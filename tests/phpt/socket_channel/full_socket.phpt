--TEST--
A server that does not read: requests wait in the queue, and have their answers when it reads again, or the exception when it ends
--FILE--
<?php
require __DIR__ . '/peer.inc';
use Swoole\Coroutine;
use Swoole\Coroutine\SocketChannel;

$peer = peer(function ($connection, $number) {
    $order = line($connection);
    if ($order === null) {
        return;
    }
    usleep(300000);
    peer_note("$number $order");
    if ($order === 'end') {
        fclose($connection);
        return;
    }
    while (($line = line($connection)) !== null) {
        fwrite($connection, strlen($line) . "\n");
    }
});
Co\run(function () use ($peer) {
    $channel = new SocketChannel(['host' => '127.0.0.1', 'port' => $peer->port]);
    foreach (['wait', 'end'] as $order) {
        $channel->request("$order\n");
        $asking = $said = [];
        $notes = $peer->notes();
        for ($i = 1; $i <= 8; $i++) {
            $asking[] = go(function () use ($i, $channel, &$said) {
                $said[] = "$i " . preg_replace('/\(\d+\): .*/', '', thrown(fn() => $channel->request(str_repeat('x', ($i << 20) - 1) . "\n", a_line(...))));
            });
        }
        echo $peer->notes() === $notes ? "nobody was held up\n" : "late\n";
        Coroutine::join($asking);
        sort($said);
        echo implode("\n", $said), "\n";
        $channel->close();
        $channel->connect();
    }
});
?>
--EXPECT--
nobody was held up
1 returned "1048575"
2 returned "2097151"
3 returned "3145727"
4 returned "4194303"
5 returned "5242879"
6 returned "6291455"
7 returned "7340031"
8 returned "8388607"
nobody was held up
1 Swoole\Coroutine\SocketChannel\Exception
2 Swoole\Coroutine\SocketChannel\Exception
3 Swoole\Coroutine\SocketChannel\Exception
4 Swoole\Coroutine\SocketChannel\Exception
5 Swoole\Coroutine\SocketChannel\Exception
6 Swoole\Coroutine\SocketChannel\Exception
7 Swoole\Coroutine\SocketChannel\Exception
8 Swoole\Coroutine\SocketChannel\Exception
