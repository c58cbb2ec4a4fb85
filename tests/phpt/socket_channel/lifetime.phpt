--TEST--
What becomes of a connection that nobody uses: it does not hold the loop, its end is noticed, and it is closed with its channel
--FILE--
<?php
require __DIR__ . '/peer.inc';
use Swoole\Coroutine;
use Swoole\Coroutine\SocketChannel;

$talk = function ($connection, $number) {
    while (($line = line($connection)) !== null) {
        [$session, $word] = explode(' ', $line);
        if ($word === 'last') {
            fwrite($connection, "$session last\n");
            fclose($connection);
            peer_note("$number closed");
            return;
        }
        if ($word === 'half') {
            fwrite($connection, "$session ha");
        } elseif ($word !== 'silence') {
            fwrite($connection, "$session $number\n");
        }
    }
    peer_note("$number end");
};
$words = fn($reader) => explode(' ', $reader->readLine("\n"));
$modes = [
    'order' => [[], fn($reader) => [true, $words($reader)[1]], peer($talk)],
    'session' => [['response' => fn($reader) => [([$session, $word] = $words($reader))[0], true, $word]], 7, peer($talk)],
];
foreach ($modes as $mode => [$options, $answer, $peer]) {
    echo "== $mode mode\n";
    $options += ['host' => '127.0.0.1', 'port' => $peer->port];
    $channel = new SocketChannel($options);
    Co\run(function () use ($channel, $answer, $peer) {
        echo $channel->request("7 x\n", $answer), "\n";
        // The server closes an idle connection: the next request finds another, and nobody is told.
        echo $channel->request("7 last\n", $answer), "\n";
        $peer->await(1);
        echo $channel->request("7 x\n", $answer), "\n";
    });
    echo "the loop ends with an open connection\n";
    Co\run(function () use ($channel, $answer) {
        echo $channel->request("7 x\n", $answer), " is still that one\n";
    });
    // Nor does one hold it whose answer is not waited for any more.
    $start = microtime(true);
    Co\run(function () use ($channel, $answer) {
        echo thrown(fn() => $channel->request("7 silence\n", $answer, [], 0.02)), "\n";
    });
    echo microtime(true) - $start < 1 ? "in time\n" : "late\n";
    unset($channel);
    echo substr($peer->await(2), -4);


    // In a cycle it is found by the garbage collector.
    $options['auth'] = function () use (&$holder) {};
    $holder = new SocketChannel($options);
    Co\run(fn() => $holder->connect());
    unset($holder, $options);
    gc_collect_cycles();
    echo substr($peer->await(3), -4);
}
?>
--EXPECT--
== order mode
1
last
2
the loop ends with an open connection
2 is still that one
Swoole\Coroutine\SocketChannel\Exception(110): SERVER: no answer in time
in time
end
end
== session mode
1
last
2
the loop ends with an open connection
2 is still that one
Swoole\Coroutine\SocketChannel\Exception(110): SERVER: no answer in time
in time
end
end
