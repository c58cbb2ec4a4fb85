--TEST--
When the connection breaks every waiting caller gets the exception that says why, and the next request connects again
--FILE--
<?php
require __DIR__ . '/peer.inc';
use Swoole\Coroutine;
use Swoole\Coroutine\SocketChannel;
use Swoole\Coroutine\SocketChannel\Reader;

$talk = function ($connection, $number) {
    while (($line = line($connection)) !== null) {
        [$session, $word] = explode(' ', $line);
        switch ($word) {
            case 'hold': break;
            case 'end': fclose($connection); return;
            case 'half': fwrite($connection, "$session ha"); fclose($connection); return;
            case 'more': fwrite($connection, "$session mo"); break;
            // What has come and was not read makes a reset of the end.
            case 'reset': peer_note('reset'); usleep(100000); fclose($connection); return;
            case 'nonsense': fwrite($connection, "$session nonsense\n"); break;
            default: fwrite($connection, "$session $number\n");
        }
    }
};
function answer(Reader $reader, bool $session = false): mixed
{
    [$number, $word] = explode(' ', $reader->readLine("\n"));
    return match (true) {
        $word === 'nonsense' => throw new DomainException('I do not understand'),
        $word === 'nothing' => 5,
        default => $session ? [$number, true, $word] : [true, $word],
    };
}
function test(string $mode, SocketChannel $channel, Peer $peer): void
{
    $ask = fn(int $number, string $word) => thrown(fn() => $channel->request("$number $word\n", $mode === 'order' ? answer(...) : $number));
    foreach (['end', 'half', 'reset', 'nonsense', 'close()', 'changeHost()'] as $way) {
        echo "== $mode mode: $way\n";
        $said = [];
        $asking = [];
        foreach ([1 => $way === 'nonsense' ? 'ok' : 'hold', 2 => $way[-1] === ')' ? 'hold' : $way, 3 => 'hold'] as $number => $word) {
            $asking[] = go(function () use ($number, $word, $ask, &$said) {
                $said[] = "$number: " . $ask($number, $word);
            });
        }
        if ($way === 'reset') {
            $peer->await(1);
            $channel->request("this is not read\n");
        } elseif ($way === 'close()') {
            $channel->close();
            echo 'then: ' . $ask(4, 'ok') . "\n";
            $channel->connect();
        } elseif ($way === 'changeHost()') {
            $channel->changeHost('127.0.0.1');
        }
        Coroutine::join($asking);
        sort($said);
        echo implode("\n", $said) . "\n";
        echo 'then: ' . $ask(5, 'ok') . "\n";
    }
}
$order = peer($talk);
$session = peer($talk);
Co\run(function () use ($order, $session) {
    test('order', new SocketChannel(['host' => '127.0.0.1', 'port' => $order->port]), $order);
    test('session', new SocketChannel(['host' => '127.0.0.1', 'port' => $session->port, 'response' => fn($reader) => answer($reader, true)]), $session);
    // What was thrown is there to be looked at.
    $channel = new SocketChannel(['host' => '127.0.0.1', 'port' => $session->port, 'response' => fn($reader) => answer($reader, true)]);
    try {
        $channel->request("1 nonsense\n", 1);
    } catch (SocketChannel\Exception $exception) {
        echo get_class($exception->getPrevious()), ' ', $exception->getPrevious()->getMessage(), "\n";
    }
    $channel = new SocketChannel(['host' => '127.0.0.1', 'port' => $session->port, 'response' => fn($reader) => [$reader->readLine("\n")]]);
    echo thrown(fn() => $channel->request("1 ok\n", 1)), "\n";
    $channel = new SocketChannel(['host' => '127.0.0.1', 'port' => $order->port]);
    echo thrown(fn() => $channel->request("1 ok\n", fn($reader) => $reader->readLine("\n"))), "\n";
});
?>
--EXPECT--
== order mode: end
1: Swoole\Coroutine\SocketChannel\Exception(104): SERVER: the server has closed the connection
2: Swoole\Coroutine\SocketChannel\Exception(104): SERVER: the server has closed the connection
3: Swoole\Coroutine\SocketChannel\Exception(104): SERVER: the server has closed the connection
then: returned "2"
== order mode: half
1: Swoole\Coroutine\SocketChannel\Exception(104): SERVER: the server has closed the connection
2: Swoole\Coroutine\SocketChannel\Exception(104): SERVER: the server has closed the connection
3: Swoole\Coroutine\SocketChannel\Exception(104): SERVER: the server has closed the connection
then: returned "3"
== order mode: reset
1: Swoole\Coroutine\SocketChannel\Exception(104): SERVER: Connection reset by peer
2: Swoole\Coroutine\SocketChannel\Exception(104): SERVER: Connection reset by peer
3: Swoole\Coroutine\SocketChannel\Exception(104): SERVER: Connection reset by peer
then: returned "4"
== order mode: nonsense
1: returned "4"
2: DomainException(0): I do not understand
3: Swoole\Coroutine\SocketChannel\Exception(0): SERVER: an answer could not be read: DomainException: I do not understand
then: returned "5"
== order mode: close()
then: Swoole\Coroutine\SocketChannel\Exception(125): the channel is closed
1: Swoole\Coroutine\SocketChannel\Exception(125): the channel is closed
2: Swoole\Coroutine\SocketChannel\Exception(125): the channel is closed
3: Swoole\Coroutine\SocketChannel\Exception(125): the channel is closed
then: returned "6"
== order mode: changeHost()
1: Swoole\Coroutine\SocketChannel\Exception(125): SERVER: the channel's host was changed
2: Swoole\Coroutine\SocketChannel\Exception(125): SERVER: the channel's host was changed
3: Swoole\Coroutine\SocketChannel\Exception(125): SERVER: the channel's host was changed
then: returned "7"
== session mode: end
1: Swoole\Coroutine\SocketChannel\Exception(104): SERVER: the server has closed the connection
2: Swoole\Coroutine\SocketChannel\Exception(104): SERVER: the server has closed the connection
3: Swoole\Coroutine\SocketChannel\Exception(104): SERVER: the server has closed the connection
then: returned "2"
== session mode: half
1: Swoole\Coroutine\SocketChannel\Exception(104): SERVER: the server has closed the connection
2: Swoole\Coroutine\SocketChannel\Exception(104): SERVER: the server has closed the connection
3: Swoole\Coroutine\SocketChannel\Exception(104): SERVER: the server has closed the connection
then: returned "3"
== session mode: reset
1: Swoole\Coroutine\SocketChannel\Exception(104): SERVER: Connection reset by peer
2: Swoole\Coroutine\SocketChannel\Exception(104): SERVER: Connection reset by peer
3: Swoole\Coroutine\SocketChannel\Exception(104): SERVER: Connection reset by peer
then: returned "4"
== session mode: nonsense
1: returned "4"
2: Swoole\Coroutine\SocketChannel\Exception(0): SERVER: response could not read an answer: DomainException: I do not understand
3: Swoole\Coroutine\SocketChannel\Exception(0): SERVER: response could not read an answer: DomainException: I do not understand
then: returned "5"
== session mode: close()
then: Swoole\Coroutine\SocketChannel\Exception(125): the channel is closed
1: Swoole\Coroutine\SocketChannel\Exception(125): the channel is closed
2: Swoole\Coroutine\SocketChannel\Exception(125): the channel is closed
3: Swoole\Coroutine\SocketChannel\Exception(125): the channel is closed
then: returned "6"
== session mode: changeHost()
1: Swoole\Coroutine\SocketChannel\Exception(125): SERVER: the channel's host was changed
2: Swoole\Coroutine\SocketChannel\Exception(125): SERVER: the channel's host was changed
3: Swoole\Coroutine\SocketChannel\Exception(125): SERVER: the channel's host was changed
then: returned "7"
DomainException I do not understand
Swoole\Coroutine\SocketChannel\Exception(0): SERVER: response must return [session, ok, result] or [session, ok, result, more], not an array of 1
Swoole\Coroutine\SocketChannel\Exception(0): SERVER: $answer must return [ok, result] or [ok, result, more], not string
