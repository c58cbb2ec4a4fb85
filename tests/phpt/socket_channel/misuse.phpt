--TEST--
Options and arguments that make no sense say so; a reader is of use only where it belongs
--FILE--
<?php
require __DIR__ . '/peer.inc';
use Swoole\Coroutine;
use Swoole\Coroutine\SocketChannel;
use Swoole\Coroutine\SocketChannel\Reader;

$right = ['host' => '127.0.0.1', 'port' => 1];
foreach ([
    [], ['host' => ''], ['host' => 5], ['host' => 'a'], ['port' => 70000] + $right, ['port' => 'x'] + $right, ['hosts' => 'a'] + $right, [1, 2],
    ['backup' => 'a'] + $right, ['backup' => [5]] + $right, ['backup' => ['a:b']] + $right, ['backup' => [[]]] + $right, ['auth' => 'no function'] + $right,
    ['response' => 5] + $right, ['timeout' => 'long'] + $right, ['tls' => ['color' => 'red']] + $right, ['tls' => ['host_name' => "\xff"]] + $right,
] as $options) {
    echo thrown(fn() => new SocketChannel($options)), "\n";
}
echo thrown(fn() => new SocketChannel('a')), "\n";
foreach ([
    ['backup' => ['a', 'a:5', '[::1]:5', '::1', '/path', ['a', '5'], ['host' => 'a', 'port' => null]], 'tls' => ['verify_peer' => false, 'ssl_host_name' => 'a'],
        'timeout' => null, 'nodelay' => 0, 'auth' => null],
    ['host' => '/path', 'port' => null],
] as $options) {
    new SocketChannel($options + $right);
}

$class = new class extends SocketChannel {
    public function __construct() {}
};
echo thrown(fn() => $class->close()), "\n";
echo thrown(fn() => (new SocketChannel($right))->__construct($right)), "\n";
echo thrown(fn() => clone new SocketChannel($right)), "\n";
echo thrown(fn() => serialize(new SocketChannel($right))), "\n";
echo thrown(fn() => new Reader), "\n";
echo thrown(fn() => (new ReflectionClass(Reader::class))->newInstanceWithoutConstructor()->read(1)), "\n";

$peer = peer(function ($connection, $number) {
    while (($line = line($connection)) !== null) {
        fwrite($connection, "$line\n");
    }
});
Co\run(function () use ($peer) {
    $options = ['host' => '127.0.0.1', 'port' => $peer->port];
    $order = new SocketChannel($options);
    $session = new SocketChannel($options + ['response' => fn($reader) => [7, true, $reader->readLine("\n")]]);
    echo "-- arguments\n";
    echo thrown(fn() => $order->request()), "\n";
    echo thrown(fn() => $order->request([])), "\n";
    echo thrown(fn() => $order->request("x\n", 5)), "\n";
    echo thrown(fn() => $session->request("x\n", fn() => 5)), "\n";
    echo thrown(fn() => $order->request("x\n", null, 'x')), "\n";
    echo thrown(fn() => $order->request("x\n", null, [[]])), "\n";
    echo thrown(fn() => $order->request("x\n", null, [], 'x')), "\n";
    echo thrown(fn() => $order->await(5)), "\n";
    echo thrown(fn() => $session->await(5)), "\n";
    echo thrown(fn() => $order->changeHost('')), "\n";
    echo thrown(fn() => $order->changeHost('a', 70000)), "\n";
    echo thrown(fn() => $order->changeBackup([5])), "\n";
    echo "-- the reader\n";
    $kept = null;
    $answer = function (Reader $reader) use (&$kept) {
        $kept = $reader;
        echo thrown(fn() => $reader->read(-1)), "\n";
        echo thrown(fn() => $reader->readLine('')), "\n";
        echo thrown(fn() => $reader->write('x')), "\n";
        Coroutine::join([go(fn() => print(thrown(fn() => $reader->read(1)) . "\n"))]);
        return [true, $reader->readLine("\n")];
    };
    echo $order->request("x\n", $answer), "\n";
    echo thrown(fn() => $kept->read(1)), "\n";
    echo $order->request(data: "named\n", answer: a_line(...), timeout: 5), "\n";
    // Whoever catches what the reader throws may make an answer of it.
    $order->close();
    $order->connect();
    $last = go(fn() => print($order->request("no line", function (Reader $reader) {
        try {
            return [true, $reader->readLine()];
        } catch (SocketChannel\Exception $exception) {
            return [true, 'caught: ' . $exception->getMessage()];
        }
    }) . "\n"));
    $order->close();
});
(new SocketChannel($right))->request('x');
?>
--EXPECTF--
ValueError(0): Swoole\Coroutine\SocketChannel: host must be a name, an IP address or the path of a Unix socket
ValueError(0): Swoole\Coroutine\SocketChannel: host must not be empty
ValueError(0): Swoole\Coroutine\SocketChannel: host must be a name, an IP address or the path of a Unix socket
ValueError(0): Swoole\Coroutine\SocketChannel: port must be 1..=65535
ValueError(0): Swoole\Coroutine\SocketChannel: port must be 1..=65535
ValueError(0): Swoole\Coroutine\SocketChannel: port must be 1..=65535
ValueError(0): Swoole\Coroutine\SocketChannel: unknown option "hosts"; there are host, port, backup, auth, response, nodelay, timeout, tls
ValueError(0): Swoole\Coroutine\SocketChannel: unknown option 0; there are host, port, backup, auth, response, nodelay, timeout, tls
ValueError(0): Swoole\Coroutine\SocketChannel: backup must be a list of addresses
ValueError(0): Swoole\Coroutine\SocketChannel: each address of backup must be 'host', 'host:port', [host, port] or ['host' => …, 'port' => …]
ValueError(0): Swoole\Coroutine\SocketChannel: backup "a:b": port must be 1..=65535
ValueError(0): Swoole\Coroutine\SocketChannel: each address of backup must be 'host', 'host:port', [host, port] or ['host' => …, 'port' => …]
ValueError(0): Swoole\Coroutine\SocketChannel: auth must be callable, string given
ValueError(0): Swoole\Coroutine\SocketChannel: response must be callable, int given
ValueError(0): Swoole\Coroutine\SocketChannel: timeout must be a number of seconds
ValueError(0): Swoole\Coroutine\SocketChannel: unknown option "color" of tls
ValueError(0): Swoole\Coroutine\SocketChannel: tls: ssl_host_name must be UTF-8
TypeError(0): Swoole\Coroutine\SocketChannel::__construct(): Argument #1 ($options) must be of type array, string given
Swoole\Coroutine\SocketChannel\Exception(0): the channel's constructor was not called
Swoole\Coroutine\SocketChannel\Exception(0): the channel is built already
Error(0): Trying to clone an uncloneable object of class Swoole\Coroutine\SocketChannel
Exception(0): Serialization of 'Swoole\Coroutine\SocketChannel' is not allowed
Error(0): Call to private Swoole\Coroutine\SocketChannel\Reader::__construct() from global scope
ReflectionException(0): Class Swoole\Coroutine\SocketChannel\Reader is an internal class marked as final that cannot be instantiated without invoking its constructor
-- arguments
ArgumentCountError(0): Swoole\Coroutine\SocketChannel::request() expects at least 1 argument, 0 given
TypeError(0): Swoole\Coroutine\SocketChannel::request(): Argument #1 ($data) must be of type string, array given
TypeError(0): Swoole\Coroutine\SocketChannel::request(): Argument #2 ($answer) must be of type callable or null in order mode, int given
TypeError(0): Swoole\Coroutine\SocketChannel::request(): Argument #2 ($answer) must be of type int, string or null, the session, in session mode, object given
TypeError(0): Swoole\Coroutine\SocketChannel::request(): Argument #3 ($padding) must be of type array, string given
TypeError(0): Swoole\Coroutine\SocketChannel::request(): Argument #3 ($padding) must be a list of strings, array in it
TypeError(0): Swoole\Coroutine\SocketChannel::request(): Argument #4 ($timeout) must be of type float, string given
Swoole\Coroutine\SocketChannel\Exception(0): await() is for session mode: the channel has no response
Swoole\Coroutine\SocketChannel\Exception(107): there is no connection on which an answer could come
ValueError(0): Swoole\Coroutine\SocketChannel: host must not be empty
ValueError(0): Swoole\Coroutine\SocketChannel: port must be 1..=65535
ValueError(0): Swoole\Coroutine\SocketChannel: each address of backup must be 'host', 'host:port', [host, port] or ['host' => …, 'port' => …]
-- the reader
ValueError(0): Swoole\Coroutine\SocketChannel\Reader::read(): Argument #1 ($length) must be greater than or equal to 0
ValueError(0): Swoole\Coroutine\SocketChannel\Reader::readLine(): Argument #1 ($separator) cannot be empty
Swoole\Coroutine\SocketChannel\Exception(0): write() is for auth alone: everywhere else request() sends
Swoole\Coroutine\SocketChannel\Exception(0): a reader is of use only in the coroutine of the callable that it is given to, while it runs
x
Swoole\Coroutine\SocketChannel\Exception(0): a reader is of use only in the coroutine of the callable that it is given to, while it runs
named
caught: the channel is closed

Fatal error: Uncaught Swoole\Error: API must be called in the coroutine in %s:81
Stack trace:
#0 %s(81): Swoole\Coroutine\SocketChannel->request('x')
#1 {main}
  thrown in %s on line 81
