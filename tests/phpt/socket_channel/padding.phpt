--TEST--
A request of 10 MB in padded parts does not hold up small ones; each part stays whole, and its data comes before it
--FILE--
<?php
require __DIR__ . '/peer.inc';
use Swoole\Coroutine;
use Swoole\Coroutine\SocketChannel;

// A frame is a length, a session and a body. Padding has bodies of one letter; the server takes its time for it.
const PARTS = 160;
$peer = peer(function ($connection, $number) {
    $parts = 0;
    while (($head = take($connection, 8)) !== null) {
        ['length' => $length, 'session' => $session] = unpack('Nlength/Nsession', $head);
        $body = take($connection, $length);
        if ($session === 0) {
            usleep(1000);
            if ($body !== str_repeat(chr(97 + $parts++ % 26), 65536)) {
                peer_note("part $parts is not whole");
            }
            $session = $parts === PARTS ? 1 : 0;
        } else {
            peer_note($body);
        }
        if ($session !== 0 && $body !== 'begin') {
            fwrite($connection, pack('N', $session));
        }
    }
});
$frame = fn(int $session, string $body) => pack('NN', strlen($body), $session) . $body;
Co\run(function () use ($peer, $frame) {
    $channel = new SocketChannel([
        'host' => '127.0.0.1', 'port' => $peer->port,
        'response' => fn($reader) => [unpack('N', $reader->read(4))[1], true, 'done'],
    ]);
    $order = [];
    $padding = array_map(fn(int $part) => $frame(0, str_repeat(chr(97 + $part % 26), 65536)), range(0, PARTS - 1));
    $large = go(function () use ($channel, $frame, $padding, &$order) {
        $order[] = 'large ' . $channel->request($frame(1, 'begin'), 1, $padding);
    });
    unset($padding);
    foreach (range(2, 4) as $session) {
        usleep(1000);
        $order[] = "small " . $channel->request($frame($session, "small $session"), $session);
    }
    Coroutine::join([$large]);
    echo implode("\n", $order), "\n";
    // With padding, too, nothing has to be waited for.
    var_dump($channel->request($frame(5, 'silence'), null, [$frame(6, 'last ')]));
    $peer->await(6);
});
echo $peer->notes();
?>
--EXPECT--
small done
small done
small done
large done
NULL
begin
small 2
small 3
small 4
silence
last 
