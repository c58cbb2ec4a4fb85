--TEST--
Row 71: what can be added: streams, pipes, sockets of ext/sockets, numbers, our own objects; callbacks get what was added
--FILE--
<?php
use Swoole\Event;

/** Adds it, has something come, and tells what the callback got. */
function try_one(string $name, mixed $what, callable $write, callable $read): void
{
    $fd = Event::add($what, function ($given) use ($name, $what, $read) {
        echo "$name: ", $given === $what ? 'the same' : 'another', ', ', var_export($read($given), true), "\n";
        Event::del($given);
    });
    if (!is_int($fd)) {
        echo "$name: not added\n";
    }
    $write();
    Event::wait();
    if (Event::isset($what)) {
        echo "$name: still there\n";
    }
}

$listening = stream_socket_server('tcp://127.0.0.1:0');
$address = stream_socket_get_name($listening, false);
$client = null;
try_one('listening stream', $listening, function () use (&$client, $address) {
    $client = stream_socket_client("tcp://$address");
}, function ($given) use (&$accepted) {
    return is_resource($accepted = stream_socket_accept($given, 0));
});
try_one('tcp stream', $client, fn() => fwrite($accepted, 'over tcp'), fn($given) => fread($given, 100));
try_one('tcp stream at its end', $client, fn() => fclose($accepted), fn($given) => fread($given, 100) . (feof($given) ? 'ended' : ''));

$process = proc_open(['/bin/cat'], [['pipe', 'r'], ['pipe', 'w']], $pipes);
try_one('pipe', $pipes[1], fn() => fwrite($pipes[0], 'through a pipe'), fn($given) => fread($given, 100));
fclose($pipes[0]);
try_one('pipe at its end', $pipes[1], fn() => null, fn($given) => fread($given, 100));
proc_close($process);

socket_create_pair(AF_UNIX, SOCK_STREAM, 0, $pair);
try_one('Socket', $pair[0], fn() => socket_write($pair[1], 'of ext/sockets'), fn($given) => socket_read($given, 100));
socket_close($pair[0]);
var_dump(@Event::add($pair[0], fn() => 0));

[$a, $b] = stream_socket_pair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0);
$number = Event::add($a, fn() => 0);
Event::del($a);
try_one('number', $number, fn() => fwrite($b, 'by its number'), fn() => fread($a, 100));

$child = new Swoole\Process(fn(Swoole\Process $child) => $child->write('from a process'), false, SOCK_DGRAM);
try_one('Swoole\Process', $child, fn() => $child->start(), fn($given) => $given->read());
Swoole\Process::wait();

[$host, $port] = explode(':', $address);
$ours = new Swoole\Client(SWOOLE_SOCK_TCP);
$ours->connect($host, (int) $port);
$accepted = stream_socket_accept($listening);
try_one('Swoole\Client', $ours, fn() => fwrite($accepted, 'to a client'), fn($given) => $given->recv());
var_dump(Event::add($ours, fn() => 0) === $ours->sock, Event::isset($ours->sock), Event::del($ours->sock));
try {
    $closed = new Swoole\Client(SWOOLE_SOCK_TCP);
    var_dump(@Event::add($closed, fn() => 0));
} finally {
    fclose($accepted);
}

$socket = new Swoole\Coroutine\Socket(AF_INET, SOCK_STREAM, 0);
Co\run(function () use ($socket, $host, $port, $listening) {
    $socket->connect($host, (int) $port);
    $accepted = stream_socket_accept($listening);
    fwrite($accepted, 'to a coroutine');
    // It has waited in the loop for itself before.
    var_dump($socket->recv(2));
    var_dump(Event::add($socket, function ($given) use ($socket) {
        var_dump($given === $socket, $given->recv(100));
        Event::del($given);
    }) === $socket->fd);
    Co::sleep(0.01);
    echo "both wait\n";
    Event::add($socket, fn() => 0);
    go(function () use ($accepted) {
        Co::sleep(0.01);
        fwrite($accepted, 'for both');
    });
    var_dump($socket->recv(100), Event::del($socket));
});
?>
--EXTENSIONS--
sockets
--EXPECT--
listening stream: the same, true
tcp stream: the same, 'over tcp'
tcp stream at its end: the same, 'ended'
pipe: the same, 'through a pipe'
pipe at its end: the same, ''
Socket: the same, 'of ext/sockets'
bool(false)
number: the same, 'by its number'
Swoole\Process: the same, 'from a process'
Swoole\Client: the same, 'to a client'
bool(true)
bool(true)
bool(true)
bool(false)
string(2) "to"
bool(true)
bool(true)
string(12) " a coroutine"
both wait
string(8) "for both"
bool(true)
