--TEST--
Row 69: size, timeouts, close, order, stats
--FILE--
<?php
use Swoole\Coroutine;
use Swoole\Coroutine\Channel;
Co\run(function () {
    var_dump((new Channel(0))->capacity);
    $channel = new Channel(2);
    var_dump($channel->pop(0.001), $channel->errCode);
    var_dump($channel->push('a'), $channel->push('b'), $channel->errCode, $channel->isFull(), $channel->length());
    var_dump($channel->push('c', 0.001), $channel->errCode);
    $producer = go(function () use ($channel) {
        var_dump($channel->push('d'), $channel->errCode);
    });
    echo json_encode($channel->stats()), "\n";
    var_dump(Coroutine::cancel($producer));
    go(function () use ($channel) { var_dump($channel->push('e'), $channel->errCode); });
    var_dump($channel->close(), $channel->close());
    var_dump($channel->pop(), $channel->pop(), $channel->errCode, $channel->pop(), $channel->errCode);

    $order = new Channel;
    foreach ([1, 2] as $number) {
        go(function () use ($order, $number) { echo "$number has " . $order->pop(0) . "\n"; });
    }
    $order->push('x');
    echo "pushed x\n";
    $order->push('y');
    echo "pushed y\n";
    go(function () use ($order) { var_dump($order->pop(), $order->errCode); });
    $order->close();
});
--EXPECT--
int(1)
bool(false)
int(-1)
bool(true)
bool(true)
int(0)
bool(true)
int(2)
bool(false)
int(-1)
{"consumer_num":0,"producer_num":1,"queue_num":2}
bool(false)
int(-3)
bool(true)
bool(false)
int(-2)
bool(true)
bool(false)
string(1) "a"
string(1) "b"
int(0)
bool(false)
int(-2)
1 has x
pushed x
2 has y
pushed y
bool(false)
int(-2)
