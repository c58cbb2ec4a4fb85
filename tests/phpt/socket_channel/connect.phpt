--TEST--
connect(): once, or again and again until it succeeds; several coroutines share one attempt; backup addresses in turn
--FILE--
<?php
require __DIR__ . '/peer.inc';
use Swoole\Coroutine;
use Swoole\Coroutine\SocketChannel;

$talk = function (string $name) {
    return function ($connection, $number) use ($name) {
        peer_note("$name $number");
        while (($line = line($connection)) !== null) {
            fwrite($connection, "$name\n");
        }
    };
};
$first = peer($talk('first'));
$second = peer($talk('second'));
$third = peer($talk('third'), 'unix://' . ($path = sys_get_temp_dir() . '/channel-' . getmypid()));
$none = unused_port();
// It is there, under another name.
$late = peer($talk('late'), "unix://$path.late");
$host = '127.0.0.1';

Co\run(function () use ($first, $second, $third, $none, $late, $path, $host) {
    echo "-- once\n";
    $channel = new SocketChannel(['host' => $host, 'port' => $none]);
    $start = microtime(true);
    echo thrown(fn() => $channel->connect(true)), "\n";
    echo thrown(fn() => $channel->request("x\n", a_line(...))), "\n";
    echo microtime(true) - $start < 0.1 ? "at once\n" : "late\n";
    echo thrown(fn() => (new SocketChannel(['host' => $host, 'port' => $none, 'backup' => ["$host:$none", [$host, $none]]]))->connect(true)), "\n";
    $unknown = thrown(fn() => (new SocketChannel(['host' => 'nobody.invalid', 'port' => 1]))->connect(true));
    echo preg_replace('/\): .*/', ')', $unknown), "\n";

    echo "-- one attempt\n";
    $channel = new SocketChannel(['host' => $host, 'port' => $first->port]);
    Coroutine\batch([
        fn() => $channel->connect(),
        fn() => $channel->connect(true),
        fn() => print($channel->request("x\n", a_line(...)) . "\n"),
        fn() => print($channel->request("x\n", a_line(...)) . "\n"),
    ]);
    $channel->connect();
    echo $first->notes();

    echo "-- backup\n";
    $all = [['host' => $host, 'port' => $none], "$host:$second->port"];
    $channel = new SocketChannel(['host' => $host, 'port' => $none, 'backup' => $all]);
    echo $channel->request("x\n", a_line(...)), "\n";
    $channel->changeBackup([[$host, $first->port]]);
    echo $channel->request("x\n", a_line(...)), " (the connection stays)\n";
    $channel->changeHost($host, $none);
    echo $channel->request("x\n", a_line(...)), "\n";
    $channel->changeHost($third->host);
    echo $channel->request("x\n", a_line(...)), "\n";
    $channel->changeHost($host, $second->port);
    echo $channel->request("x\n", a_line(...)), "\n";

    echo "-- again and again\n";
    $channel = new SocketChannel(['host' => "$path.new"]);
    $start = microtime(true);
    go(function () use ($channel, $start) {
        $channel->connect();
        echo "connected after ", microtime(true) - $start < 1 ? 'less' : 'more', " than a second\n";
    });
    go(fn() => print(thrown(fn() => $channel->connect(true)) . "\n"));
    usleep(20000);
    // A request joins the attempt, and has its own timeout.
    echo thrown(fn() => $channel->request("x\n", a_line(...), [], 0.02)), "\n";
    go(fn() => print("request: " . thrown(fn() => $channel->request("x\n", a_line(...), [], 5.0)) . "\n"));
    rename("$path.late", "$path.new");
    usleep(400000);
    echo $channel->request("x\n", a_line(...)), "\n";

    echo "-- until close()\n";
    $channel = new SocketChannel(['host' => $host, 'port' => $none]);
    go(fn() => print(thrown(fn() => $channel->connect()) . "\n"));
    usleep(20000);
    var_dump($channel->close(), $channel->close());
    echo thrown(fn() => $channel->request("x\n")), "\n";

    echo "-- until changeHost()\n";
    $channel = new SocketChannel(['host' => $host, 'port' => $none]);
    $start = microtime(true);
    go(fn() => print(thrown(fn() => $channel->connect()) . "\n"));
    usleep(250000); // in the pause of 0.2 s that follows
    $channel->changeHost($host, $second->port);
    echo $channel->request("x\n", a_line(...)), "\n";
});
unlink($path);
unlink("$path.new");
?>
--EXPECT--
-- once
Swoole\Coroutine\SocketChannel\Exception(111): SERVER: Connection refused
Swoole\Coroutine\SocketChannel\Exception(111): SERVER: Connection refused
at once
Swoole\Coroutine\SocketChannel\Exception(111): SERVER: Connection refused; SERVER: Connection refused; SERVER: Connection refused
Swoole\Coroutine\SocketChannel\Exception(711)
-- one attempt
first
first
first 1
-- backup
second
second (the connection stays)
first
third
second
-- again and again
Swoole\Coroutine\SocketChannel\Exception(110): no connection in time
connected after less than a second
returned null
request: returned "late"
late
-- until close()
Swoole\Coroutine\SocketChannel\Exception(125): the channel is closed
bool(true)
bool(false)
Swoole\Coroutine\SocketChannel\Exception(125): the channel is closed
-- until changeHost()
returned null
second
