--TEST--
Session mode: answers in any order find their callers; a late one is dropped; await() waits for a further one; parts are gathered
--FILE--
<?php
require __DIR__ . '/peer.inc';
use Swoole\Coroutine;
use Swoole\Coroutine\SocketChannel;
use Swoole\Coroutine\SocketChannel\Reader;

// A request is "SESSION COUNT"; when so many are there that COUNT says, all are answered, the last first.
$peer = peer(function ($connection, $number) {
    peer_note("connection $number");
    $held = [];
    while (($line = line($connection)) !== null) {
        [$session, $word] = explode(' ', $line, 2);
        switch ($word) {
            case 'hold': $held[] = "$session ok $session"; break;
            case 'go': fwrite($connection, implode("\n", array_reverse([...$held, "$session ok $session"])) . "\n"); $held = []; break;
            case 'parts': fwrite($connection, "$session more a\nx ok nobody\n$session more b\n$session ok c\n"); break;
            case 'one part': fwrite($connection, "$session more a\n$session ok b\n"); break;
            case 'error': fwrite($connection, "$session error it is wrong\n"); break;
            case 'error in parts': fwrite($connection, "$session more a\n$session error it is wrong\n"); break;
            case 'thrice': fwrite($connection, "$session ok first\n$session ok second\n"); usleep(20000); fwrite($connection, "$session ok third\n"); break;
            case 'late': usleep(500000); fwrite($connection, "$session ok late\n"); peer_note('late answer sent'); break;
        }
    }
});
function response(Reader $reader): array
{
    [$session, $kind, $text] = explode(' ', $reader->readLine("\n"), 3);
    return $kind === 'more' ? [$session, true, $text, true] : [$session, $kind === 'ok', $text];
}
Co\run(function () use ($peer) {
    $channel = new SocketChannel(['host' => '127.0.0.1', 'port' => $peer->port, 'response' => 'response']);
    foreach (['red' => 'hold', 7 => 'hold', 'blue' => 'go'] as $session => $word) {
        go(function () use ($channel, $session, $word) {
            echo $channel->request("$session $word\n", $session) . " has its answer\n";
        });
    }
    // A number as text is the number.
    echo json_encode($channel->request("8 parts\n", '8')), "\n";
    echo json_encode($channel->request("9 one part\n", 9)), "\n";

    // An error throws in its caller alone.
    go(function () use ($channel) {
        try {
            $channel->request("wrong error\n", 'wrong');
        } catch (SocketChannel\Exception $exception) {
            var_dump($exception->getMessage(), $exception->result, $exception->getCode(), $exception->getPrevious());
        }
    });
    echo $channel->request("10 go\n", 10), "\n";
    echo thrown(fn() => $channel->request("11 error in parts\n", 11)), "\n";

    echo "further answers: ", $channel->request("12 thrice\n", 12), ' ', $channel->await(12), ' ', $channel->await('12'), "\n";

    $start = microtime(true);
    echo thrown(fn() => $channel->request("13 late\n", 13, [], 0.05)), "\n";
    echo microtime(true) - $start < 0.49 ? "in time\n" : "late\n";
    echo $channel->request("14 go\n", 14), "\n";
    echo thrown(fn() => $channel->await(13, 0.01)), "\n";
    echo $channel->request("13 go\n", 13), "\n";
    // Two cannot wait for the same session; that harms nobody.
    go(fn() => print($channel->request("15 hold\n", 15) . " has its answer\n"));
    echo thrown(fn() => $channel->request("15 go\n", 15)), "\n";
    echo thrown(fn() => $channel->await(15)), "\n";
    echo $channel->request("16 go\n", 16), "\n";
    echo $channel->request("18 go\n", 18), "\n";
    var_dump($channel->request("17 go\n"));
    $channel->close();
    echo thrown(fn() => $channel->await(1)), "\n";
});
echo $peer->notes();
?>
--EXPECT--
blue has its answer
7 has its answer
red has its answer
["a","b","c"]
["a","b"]
string(11) "it is wrong"
string(11) "it is wrong"
int(0)
NULL
10
Swoole\Coroutine\SocketChannel\Exception(0): it is wrong
further answers: first second third
Swoole\Coroutine\SocketChannel\Exception(110): SERVER: no answer in time
in time
14
Swoole\Coroutine\SocketChannel\Exception(110): SERVER: no answer in time
13
Swoole\Coroutine\SocketChannel\Exception(16): session 15 is waited for by another coroutine
Swoole\Coroutine\SocketChannel\Exception(16): session 15 is waited for by another coroutine
16
15 has its answer
18
NULL
Swoole\Coroutine\SocketChannel\Exception(107): there is no connection on which an answer could come
connection 1
late answer sent
