--TEST--
Order mode: with `more` the caller gets a list of all parts; an answer that is an error throws in its caller alone
--FILE--
<?php
require __DIR__ . '/peer.inc';
use Swoole\Coroutine\SocketChannel;
use Swoole\Coroutine\SocketChannel\Reader;

$peer = peer(function ($connection) {
    while (($line = line($connection)) !== null) {
        fwrite($connection, implode('', array_map(fn($part) => "$part\n", explode(',', $line))));
    }
});
// "+a" is a part, "-a" a part that is an error, "=a" the last or only one, "!a" an error
function part(Reader $reader): array
{
    $line = $reader->readLine("\n");
    $text = substr($line, 1);
    return match ($line[0]) {
        '+' => [true, $text, true],
        '-' => [false, $text, true],
        '=' => [true, $text],
        '!' => [false, $text, false],
        '#' => [false, ['code' => 5]],
    };
}
Co\run(function () use ($peer) {
    $channel = new SocketChannel(['host' => '127.0.0.1', 'port' => $peer->port]);
    $requests = ['=a', '+a,=b', '+a,+b,=c', '!a', '+a,!b', '-a,+b,=c', '#', '=z'];
    $results = Swoole\Coroutine\map($requests, fn($request) => thrown(fn() => $channel->request("$request\n", 'part')));
    foreach ($results as $number => $result) {
        echo "$requests[$number]: $result\n";
    }
    try {
        $channel->request("#\n", part(...));
    } catch (SocketChannel\Exception $exception) {
        echo json_encode($exception->result), "\n";
    }
});
?>
--EXPECT--
=a: returned "a"
+a,=b: returned ["a","b"]
+a,+b,=c: returned ["a","b","c"]
!a: Swoole\Coroutine\SocketChannel\Exception(0): a
+a,!b: Swoole\Coroutine\SocketChannel\Exception(0): b
-a,+b,=c: Swoole\Coroutine\SocketChannel\Exception(0): a
#: Swoole\Coroutine\SocketChannel\Exception(0): the answer is an error
=z: returned "z"
{"code":5}
