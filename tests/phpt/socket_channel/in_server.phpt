--TEST--
In a server: callbacks of one worker share a channel, and one that waits holds up no other; exit() in `response` ends what waits, not the worker
--FILE--
<?php
require __DIR__ . '/../include/serve.php';
require __DIR__ . '/peer.inc';
use Swoole\Coroutine\SocketChannel;

$backend = peer(function ($connection, $number) {
    $held = null;
    while (($line = line($connection)) !== null) {
        [$session, $word] = explode(' ', $line);
        // The first answer comes after the second.
        if ($word === 'slow') {
            $held = $line;
        } else {
            fwrite($connection, "$line\n" . ($held === null ? '' : "$held\n"));
            $held = null;
        }
    }
});
foreach ([SWOOLE_BASE, SWOOLE_PROCESS] as $mode) {
    $served = serve(function () use ($mode, $backend) {
        $server = new Swoole\Server('127.0.0.1', 0, $mode);
        $server->set(['worker_num' => 1, 'log_level' => SWOOLE_LOG_WARNING]);
        $channel = null;
        $server->on('WorkerStart', function ($server) use (&$channel, $backend) {
            $channel = new SocketChannel([
                'host' => '127.0.0.1', 'port' => $backend->port,
                'response' => function ($reader) {
                    [$session, $word] = explode(' ', $reader->readLine("\n"));
                    if ($word === 'exit') {
                        exit(1);
                    }
                    return [$session, true, $word];
                },
            ]);
        });
        $server->on('Receive', function ($server, $fd, $reactor, $data) use (&$channel) {
            $server->send($fd, thrown(fn() => $channel->request("$fd " . trim($data) . "\n", $fd)) . "\n");
        });
        return $server;
    });
    $slow = $served->connect();
    $quick = $served->connect();
    $slow->send("slow\n");
    usleep(20000);
    $quick->send("quick\n");
    echo $quick->recv(), $slow->recv();
    $quick->send("exit\n");
    echo $quick->recv();
    $quick->send("again\n");
    echo $quick->recv();
    echo $served->stop(), "\n";
}
?>
--EXPECT--
returned "quick"
returned "slow"
Swoole\Coroutine\SocketChannel\Exception(0): response has ended its coroutine
returned "again"
0
returned "quick"
returned "slow"
Swoole\Coroutine\SocketChannel\Exception(0): response has ended its coroutine
returned "again"
0
