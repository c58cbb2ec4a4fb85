--TEST--
TLS: the server's certificate is verified unless told otherwise; many coroutines, large requests and padding go through it
--SKIPIF--
<?php
if (shell_exec('command -v openssl') === null || !extension_loaded('openssl')) die('skip there is no openssl');
?>
--FILE--
<?php
require __DIR__ . '/peer.inc';
require __DIR__ . '/../include/tls.php';
use Swoole\Coroutine;
use Swoole\Coroutine\SocketChannel;

$folder = tls();
$talk = function ($connection, $number) {
    while (($line = line($connection)) !== null) {
        fwrite($connection, strlen($line) > 100 ? sha1($line) . "\n" : "$line\n");
    }
};
$peer = peer($talk, 'tcp://127.0.0.1:0', ['local_cert' => "$folder/server.pem", 'local_pk' => "$folder/server.key"]);
$self = peer($talk, 'tcp://127.0.0.1:0', ['local_cert' => "$folder/self.pem", 'local_pk' => "$folder/self.key"]);
$ask = function (int $port, mixed $tls, string $host = '127.0.0.1') {
    $channel = new SocketChannel(['host' => $host, 'port' => $port, 'tls' => $tls]);
    return preg_replace('/(?<=SERVER: ).*/', 'refused', thrown(fn() => $channel->request("x\n", a_line(...))));
};
Co\run(function () use ($peer, $self, $folder, $ask) {
    $trust = ['cafile' => "$folder/ca.pem"];
    echo 'trusted: ', $ask($peer->port, $trust), "\n";
    echo 'not trusted: ', $ask($peer->port, true), "\n";
    echo 'not the name: ', $ask($peer->port, $trust + ['host_name' => 'example.com']), "\n";
    echo 'not verified: ', $ask($peer->port, ['verify_peer' => false]), "\n";
    echo 'has issued itself: ', $ask($self->port, $trust), "\n";
    echo 'which is allowed: ', $ask($self->port, ['ssl_allow_self_signed' => true] + $trust), "\n";
    echo 'no file: ', preg_replace('/\): .*/', ')', $ask($peer->port, ['cafile' => "$folder/none.pem"])), "\n";

    $channel = new SocketChannel(['host' => '127.0.0.1', 'port' => $peer->port, 'tls' => $trust]);
    $answers = Coroutine\map(range(1, 500), fn($number) => $channel->request("$number\n", a_line(...)));
    echo $answers === array_map('strval', range(1, 500)) ? "500 answers\n" : "wrong answers\n";
    $large = str_repeat('0123456789', 1 << 19);
    $parts = str_split($large, 100000);
    Coroutine\batch([
        fn() => print($channel->request("$large\n", a_line(...)) === sha1($large) ? "large\n" : "wrong\n"),
        fn() => print($channel->request(array_shift($parts), a_line(...), [...$parts, "\n"]) === sha1($large) ? "padded\n" : "wrong\n"),
    ]);
});
?>
--EXPECT--
trusted: returned "x"
not trusted: Swoole\Coroutine\SocketChannel\Exception(1014): SERVER: refused
not the name: Swoole\Coroutine\SocketChannel\Exception(1014): SERVER: refused
not verified: returned "x"
has issued itself: Swoole\Coroutine\SocketChannel\Exception(1014): SERVER: refused
which is allowed: returned "x"
no file: Swoole\Coroutine\SocketChannel\Exception(1019)
500 answers
large
padded
