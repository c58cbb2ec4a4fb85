--TEST--
The examples of docs/socket-channel.md, as they stand there
--FILE--
<?php
require __DIR__ . '/../socket_channel/peer.inc';
preg_match_all('/^```php\n<\?php\n(.*?)^```$/ms', file_get_contents(__DIR__ . '/../../../docs/socket-channel.md'), $blocks);
[$order, $session, $padding] = $blocks[1];

$peer = peer(function ($connection, $number) {
    while (($bytes = fread($connection, 65536)) !== '' && $bytes !== false) {
        fwrite($connection, $bytes);
    }
});
$run = fn(string $code) => eval(str_replace('9501', (string) $peer->port, $code));
$run($order);
$run($session);
Co\run(function () use ($peer, $padding) {
    $channel = new Swoole\Coroutine\SocketChannel([
        'host' => '127.0.0.1', 'port' => $peer->port,
        'response' => fn($reader) => [($head = unpack('Nsession/Nlength', $reader->read(8)))['session'], true, $reader->read($head['length'])],
    ]);
    $large = random_bytes(1 << 20);
    echo eval(str_replace('$channel->', 'return $channel->', $padding)) === $large ? "the large one\n" : "wrong\n";
});
?>
--EXPECT--
one, two, three
first
second
the large one
