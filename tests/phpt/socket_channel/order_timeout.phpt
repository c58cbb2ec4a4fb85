--TEST--
Order mode: a request that times out breaks the connection, for all; the next one connects again
--FILE--
<?php
require __DIR__ . '/peer.inc';
use Swoole\Coroutine;
use Swoole\Coroutine\SocketChannel;

$peer = peer(function ($connection, $number) {
    $silent = false;
    while (($line = line($connection)) !== null) {
        peer_note("$number: $line");
        $silent = $silent || in_array($line, ['half', 'silence'], true);
        fwrite($connection, $line === 'half' ? 'hal' : ($silent ? '' : "$line\n"));
    }
});
Co\run(function () use ($peer) {
    $channel = new SocketChannel(['host' => '127.0.0.1', 'port' => $peer->port, 'timeout' => 5]);
    $ask = fn(string $what, ?float $timeout = null) => thrown(fn() => $channel->request("$what\n", a_line(...), [], $timeout));
    // From now on there is a connection, so that each request is on its way when the call returns.
    $connect = fn() => $channel->connect();
    $all = function (array $requests) use ($ask, $connect) {
        $connect();
        foreach (Coroutine\map($requests, fn($request) => $ask(...$request)) as $result) {
            echo $result, "\n";
        }
    };
    echo "-- the one whose answer is read\n";
    $all([['silence', 0.2], ['a'], ['b']]);
    echo "-- one that waits for its turn\n";
    $all([['c'], ['silence'], ['d', 0.2], ['e']]);
    echo "-- in the middle of an answer\n";
    $all([['half', 0.2], ['f']]);
    echo "-- one that is cancelled\n";
    $connect();
    $waits = go(fn() => print($ask('silence') . "\n"));
    $others = go(fn() => print($ask('g') . "\n"));
    Coroutine::cancel($waits);
    echo "-- one that is cancelled while it waits for its turn\n";
    $connect();
    go(fn() => print($ask('silence') . "\n"));
    $turn = go(fn() => print($ask('h') . "\n"));
    Coroutine::cancel($turn);
    echo "-- and with an exception\n";
    $connect();
    go(fn() => print($ask('silence') . "\n"));
    $turn = go(fn() => print($ask('i') . "\n"));
    Coroutine::cancel($turn, true);
    $connect();
    $reads = go(fn() => print($ask('silence') . "\n"));
    Coroutine::cancel($reads, true);
    echo $ask('last'), "\n";
});
echo preg_replace('/^\d+: (?!last).*\n/m', '', $peer->notes());
?>
--EXPECT--
-- the one whose answer is read
Swoole\Coroutine\SocketChannel\Exception(110): SERVER: no answer in time
Swoole\Coroutine\SocketChannel\Exception(103): SERVER: the connection was given up: another request does not wait for its answer any more
Swoole\Coroutine\SocketChannel\Exception(103): SERVER: the connection was given up: another request does not wait for its answer any more
-- one that waits for its turn
returned "c"
Swoole\Coroutine\SocketChannel\Exception(103): SERVER: the connection was given up: another request does not wait for its answer any more
Swoole\Coroutine\SocketChannel\Exception(110): SERVER: no answer in time
Swoole\Coroutine\SocketChannel\Exception(103): SERVER: the connection was given up: another request does not wait for its answer any more
-- in the middle of an answer
Swoole\Coroutine\SocketChannel\Exception(110): SERVER: no answer in time
Swoole\Coroutine\SocketChannel\Exception(103): SERVER: the connection was given up: another request does not wait for its answer any more
-- one that is cancelled
Swoole\Coroutine\SocketChannel\Exception(103): SERVER: the connection was given up: another request does not wait for its answer any more
Swoole\Coroutine\SocketChannel\Exception(10017): the coroutine was cancelled
-- one that is cancelled while it waits for its turn
Swoole\Coroutine\SocketChannel\Exception(103): SERVER: the connection was given up: another request does not wait for its answer any more
Swoole\Coroutine\SocketChannel\Exception(10017): the coroutine was cancelled
-- and with an exception
Swoole\Coroutine\SocketChannel\Exception(103): SERVER: the connection was given up: another request does not wait for its answer any more
Swoole\Coroutine\CanceledException(10017): 
Swoole\Coroutine\CanceledException(10017): 
returned "last"
8: last
