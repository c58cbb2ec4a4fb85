--TEST--
A server that does not read: requests wait in the queue, and have their answers when it reads again, or the exception when it ends
--FILE--
<?php
require __DIR__ . '/peer.inc';
use Swoole\Coroutine;
use Swoole\Coroutine\SocketChannel;

$gate = tempnam(sys_get_temp_dir(), 'gate');
$peer = peer(function ($connection, $number) use ($gate) {
    $order = line($connection);
    if ($order === null) {
        return;
    }
    // It reads no more until the test opens the gate.
    while (file_get_contents($gate) !== $order) {
        usleep(2000);
    }
    if ($order === 'end') {
        fclose($connection);
        return;
    }
    while (($line = line($connection)) !== null) {
        fwrite($connection, strlen($line) . "\n");
    }
});
Co\run(function () use ($peer, $gate) {
    $channel = new SocketChannel(['host' => '127.0.0.1', 'port' => $peer->port]);
    foreach (['wait', 'end'] as $order) {
        $channel->request("$order\n");
        $asking = $said = [];
        for ($i = 1; $i <= 8; $i++) {
            $asking[] = go(function () use ($i, $channel, &$said) {
                $said[] = "$i " . preg_replace('/\(\d+\): .*/', '', thrown(fn() => $channel->request(str_repeat('x', ($i << 20) - 1) . "\n", a_line(...))));
            });
        }
        // All eight wait, and this one goes on.
        Coroutine::sleep(0.01);
        echo count($asking), " wait\n";
        file_put_contents($gate, $order);
        Coroutine::join($asking);
        sort($said);
        echo implode("\n", $said), "\n";
        $channel->close();
        $channel->connect();
    }
});
unlink($gate);
?>
--EXPECT--
8 wait
1 returned "1048575"
2 returned "2097151"
3 returned "3145727"
4 returned "4194303"
5 returned "5242879"
6 returned "6291455"
7 returned "7340031"
8 returned "8388607"
8 wait
1 Swoole\Coroutine\SocketChannel\Exception
2 Swoole\Coroutine\SocketChannel\Exception
3 Swoole\Coroutine\SocketChannel\Exception
4 Swoole\Coroutine\SocketChannel\Exception
5 Swoole\Coroutine\SocketChannel\Exception
6 Swoole\Coroutine\SocketChannel\Exception
7 Swoole\Coroutine\SocketChannel\Exception
8 Swoole\Coroutine\SocketChannel\Exception
