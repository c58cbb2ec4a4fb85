--TEST--
Swoole\Client: error handlers that use the client again, memory limits, nothing leaks
--INI--
memory_limit=16M
--FILE--
<?php
require __DIR__ . '/peer.inc';

echo "-- the handler of a warning closes and connects\n";
$peer = new Peer('$a = accept(); $b = accept(); fwrite($b, "again"); go();');
$client = client($peer, 0.05);
set_error_handler(function (int $level, string $text) use ($client, $peer) {
    echo "$text\n";
    $client->close();
    $client->connect($peer->host, $peer->port, 5);
    return true;
});
var_dump($client->recv(), $client->recv());

echo "-- the handler throws\n";
set_error_handler(fn(int $level, string $text) => throw new ErrorException($text));
foreach ([fn() => $client->connect('127.0.0.1', 1), fn() => $client->send(''), fn() => $client->shutdown(9)] as $call) {
    try {
        $call();
    } catch (ErrorException $error) {
        echo $error->getMessage(), "\n";
    }
}
restore_error_handler();
restore_error_handler();

echo "-- properties of another kind\n";
class Typed extends Swoole\Client
{
    public function __set($name, $value) { echo "set $name\n"; }
}
$typed = new Typed(SWOOLE_SOCK_TCP);
$typed->errCode = ['an array'];
var_dump(@$typed->recv(), $typed->errCode);
try {
    unset($typed->errCode);
} catch (Error $error) {
    echo $error->getMessage(), "\n";
}

echo "-- no leaks\n";
$echo = new Peer('$c = accept(); while (($data = fread($c, 8192)) !== "" && $data !== false) fwrite($c, $data);');
$client = client($echo);
$round = function () use ($client, $echo) {
    $client->send('ping');
    $client->recv();
    $client->recv(0);
    @$client->recv(10, Swoole\Client::MSG_DONTWAIT);
    $client->getsockname();
    $client->getpeername();
    $client->set(['timeout' => 1]);
    @$client->connect('127.0.0.1', 1);
    $other = new Swoole\Client(SWOOLE_SOCK_UDP, false, 'id');
    $other->sendto('127.0.0.1', $echo->port, 'x');
    try { new Swoole\Client(99); } catch (TypeError) {}
};
for ($i = 0; $i < 10; $i++) $round();
$before = memory_get_usage();
$fds = count(scandir('/proc/self/fd'));
for ($i = 0; $i < 1000; $i++) $round();
var_dump(memory_get_usage() - $before, count(scandir('/proc/self/fd')) - $fds);

echo "-- more than the memory limit\n";
register_shutdown_function(function () use ($client) {
    var_dump($client->recv());
});
$client->send('lost by nobody');
$client->recv(100 << 20, Swoole\Client::MSG_WAITALL);
echo "not reached\n";
?>
--EXPECTF--
-- the handler of a warning closes and connects
Swoole\Client::recv(): recv() failed, Error: Resource temporarily unavailable[11]
bool(false)
string(5) "again"
-- the handler throws
Swoole\Client::connect(): client is already connected to server, close() it first
Swoole\Client::send(): the data to send is empty
Swoole\Client::shutdown(): must be SHUT_RD, SHUT_WR or SHUT_RDWR, got 9
-- properties of another kind
bool(false)
int(5001)
Property errCode of class Typed cannot be unset
-- no leaks
int(0)
int(0)
-- more than the memory limit

Fatal error: Allowed memory size of 16777216 bytes exhausted%s(tried to allocate %d bytes) in %s on line %d
string(14) "lost by nobody"
