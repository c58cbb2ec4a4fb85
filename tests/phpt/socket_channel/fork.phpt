--TEST--
A process that was forked makes a connection of its own, and leaves that of its parent alone
--FILE--
<?php
require __DIR__ . '/peer.inc';
use Swoole\Coroutine\SocketChannel;

$peer = peer(function ($connection, $number) {
    while (($line = line($connection)) !== null) {
        fwrite($connection, "$line on $number\n");
    }
});
$channel = new SocketChannel(['host' => '127.0.0.1', 'port' => $peer->port]);
Co\run(fn() => print($channel->request("parent\n", a_line(...)) . "\n"));
$pid = pcntl_fork();
if ($pid === 0) {
    Co\run(fn() => print($channel->request("child\n", a_line(...)) . "\n"));
    exit;
}
pcntl_waitpid($pid, $status);
Co\run(fn() => print($channel->request("parent\n", a_line(...)) . "\n"));
?>
--EXPECT--
parent on 1
child on 2
parent on 1
