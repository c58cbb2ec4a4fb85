--TEST--
Answers in pieces of any size, of any length, to 1,000 coroutines; the callable may wait
--FILE--
<?php
require __DIR__ . '/peer.inc';
use Swoole\Coroutine;
use Swoole\Coroutine\SocketChannel;
use Swoole\Coroutine\SocketChannel\Reader;

// Sends back what it is told to, in pieces of random sizes.
$peer = peer(function ($connection, $number) {
    mt_srand(1);
    stream_set_write_buffer($connection, 0);
    $out = '';
    while (true) {
        $read = [$connection];
        $write = $out === '' ? [] : [$connection];
        $none = null;
        stream_select($read, $write, $none, null);
        if ($read !== []) {
            $out .= $more = fread($connection, 1 << 20);
            if ($more === '' || $more === false) {
                return;
            }
        }
        if ($out !== '') {
            $sent = fwrite($connection, substr($out, 0, mt_rand(0, 9) === 0 ? mt_rand(1, 7) : mt_rand(1, 300000)));
            $out = substr($out, (int) $sent);
        }
    }
});
/** A length, a separator of three bytes, so many bytes, a line without its end. */
function frame(int $number, int $length): string
{
    return "$number <> $length =" . str_repeat(chr(65 + $number % 26), $length) . "$number\r\n";
}
function unframe(Reader $reader): array
{
    $number = $reader->readLine(' <> ');
    $length = $reader->readLine(' =');
    $body = $reader->read((int) $length);
    if ($number % 100 === 0) {
        Coroutine::sleep(0.001);
    }
    return [$number, $length, $body, $reader->readLine()];
}
foreach (['order', 'session'] as $mode) {
    $options = ['host' => '127.0.0.1', 'port' => $peer->port] + ($mode === 'order' ? [] : ['response' => function (Reader $reader) {
        $answer = unframe($reader);
        return [$answer[0], true, $answer];
    }]);
    $channel = new SocketChannel($options);
    Co\run(function () use ($channel, $mode) {
        mt_srand(2);
        $wrong = 0;
        $lengths = [];
        for ($number = 0; $number < 1000; $number++) {
            $length = match (true) {
                $number % 97 === 0 => mt_rand(60000, 70000),
                $number === 500 => 3 << 20,
                default => mt_rand(0, 300),
            };
            go(function () use ($channel, $number, $length, $mode, &$wrong) {
                foreach ([$length, 0, 5] as $length) {
                    $answer = $channel->request(frame($number, $length), $mode === 'order' ? fn($reader) => [true, unframe($reader)] : $number);
                    if ($answer !== ["$number", "$length", str_repeat(chr(65 + $number % 26), $length), "$number"]) {
                        $wrong++;
                    }
                }
            });
        }
        while (Coroutine::stats()['coroutine_num'] > 1) {
            Coroutine::sleep(0.01);
        }
        echo "$mode mode: $wrong wrong answers\n";
    });
}
?>
--EXPECT--
order mode: 0 wrong answers
session mode: 0 wrong answers
