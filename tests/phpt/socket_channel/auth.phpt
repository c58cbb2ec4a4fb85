--TEST--
auth runs on the bare connection after each connect, before any request; it may change the host, and the channel then connects again
--FILE--
<?php
require __DIR__ . '/peer.inc';
use Swoole\Coroutine;
use Swoole\Coroutine\SocketChannel;
use Swoole\Coroutine\SocketChannel\Reader;

$talk = fn(string $name) => function ($connection, $number) use ($name) {
    peer_note("$name: connection");
    while (($line = line($connection)) !== null) {
        peer_note("$name: $line");
        if ($line === 'end') {
            fclose($connection);
            return;
        }
        fwrite($connection, match ($line) {
            'who is the master?' => $name === 'replica' ? "not me\n" : "me\n",
            'password wrong' => "no\n",
            'silence' => '',
            default => "$name has $line\n",
        });
    }
};
$replica = peer($talk('replica'));
$master = peer($talk('master'));
$host = '127.0.0.1';

Co\run(function () use ($replica, $master, $host) {
    echo "-- before any request, after each connect\n";
    $auth = function (Reader $connection, SocketChannel $channel) {
        $connection->write("password ");
        Coroutine::sleep(0.01);
        $connection->write("right\n");
        echo 'auth: ', $connection->readLine("\n"), "\n";
    };
    $channel = new SocketChannel(['host' => $host, 'port' => $master->port, 'auth' => $auth]);
    Coroutine\batch([
        fn() => print($channel->request("a\n", a_line(...)) . "\n"),
        fn() => print($channel->request("b\n", a_line(...)) . "\n"),
    ]);
    echo thrown(fn() => $channel->request("end\n", a_line(...))), "\n";
    echo $channel->request("c\n", a_line(...)), "\n";
    echo $master->notes();

    echo "-- the host is changed\n";
    $auth = function (Reader $connection, SocketChannel $channel) use ($host, $master) {
        $connection->write("who is the master?\n");
        if ($connection->readLine("\n") === 'not me') {
            $channel->changeHost($host, $master->port);
        }
    };
    $channel = new SocketChannel(['host' => $host, 'port' => $replica->port, 'auth' => $auth]);
    echo $channel->request("d\n", a_line(...)), "\n";
    $round = new SocketChannel(['host' => $host, 'port' => $master->port, 'auth' => fn($connection, $channel) => $channel->changeHost($host)]);
    echo thrown(fn() => $round->connect(true)), "\n";

    echo "-- it fails\n";
    $failing = [
        'throws' => fn($connection) => throw new DomainException('no password'),
        'returns false' => fn() => false,
        'is refused' => function ($connection) {
            $connection->write("password wrong\n");
            return $connection->readLine("\n") !== 'no';
        },
        'is cut off' => function ($connection) {
            $connection->write("end\n");
            $connection->read(1);
        },
        'has no answer' => function ($connection) {
            $connection->write("silence\n");
            $connection->read(1);
        },
        'requests' => fn($connection, $channel) => $channel->request("x\n", a_line(...)),
    ];
    foreach ($failing as $what => $auth) {
        $options = ['host' => $host, 'port' => $master->port, 'auth' => $auth, 'timeout' => $what === 'has no answer' ? 0.05 : 5];
        echo "$what: ", thrown(fn() => (new SocketChannel($options))->connect(true)), "\n";
    }
    echo "-- the next address is tried\n";
    $auth = function (Reader $connection) {
        $connection->write("who is the master?\n");
        return $connection->readLine("\n") === 'me';
    };
    $channel = new SocketChannel(['host' => $host, 'port' => $replica->port, 'backup' => ["$host:$master->port"], 'auth' => $auth]);
    echo $channel->request("e\n", a_line(...)), "\n";

    echo "-- session mode\n";
    $options = ['host' => $host, 'port' => $master->port, 'auth' => $auth, 'response' => fn($reader) => [7, true, $reader->readLine("\n")]];
    echo (new SocketChannel($options))->request("f\n", 7), "\n";

    echo "-- close() while it runs\n";
    $waits = function ($connection) {
        try {
            $connection->read(1);
        } finally {
            echo "auth ends\n";
        }
    };
    $channel = new SocketChannel(['host' => $host, 'port' => $master->port, 'auth' => $waits]);
    go(fn() => print(thrown(fn() => $channel->connect()) . "\n"));
    usleep(20000);
    $channel->close();
});
?>
--EXPECT--
-- before any request, after each connect
auth: master has password right
master has a
master has b
Swoole\Coroutine\SocketChannel\Exception(104): SERVER: the server has closed the connection
auth: master has password right
master has c
master: connection
master: password right
master: a
master: b
master: end
master: connection
master: password right
master: c
-- the host is changed
master has d
Swoole\Coroutine\SocketChannel\Exception(40): the host was changed 16 times without a connection
-- it fails
throws: Swoole\Coroutine\SocketChannel\Exception(0): SERVER: auth failed: DomainException: no password
returns false: Swoole\Coroutine\SocketChannel\Exception(13): SERVER: auth returned false
is refused: Swoole\Coroutine\SocketChannel\Exception(13): SERVER: auth returned false
is cut off: Swoole\Coroutine\SocketChannel\Exception(0): SERVER: auth failed: Swoole\Coroutine\SocketChannel\Exception: SERVER: the server has closed the connection
has no answer: Swoole\Coroutine\SocketChannel\Exception(0): SERVER: auth failed: Swoole\Coroutine\SocketChannel\Exception: SERVER: no answer in time
requests: Swoole\Coroutine\SocketChannel\Exception(0): SERVER: auth failed: Swoole\Coroutine\SocketChannel\Exception: auth cannot send requests: it has to write to the connection that it is given
-- the next address is tried
master has e
-- session mode
master has f
-- close() while it runs
auth ends
Swoole\Coroutine\SocketChannel\Exception(125): the channel is closed
