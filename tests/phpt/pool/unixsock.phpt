--TEST--
Process\Pool: messages by Unix sockets, from master and workers, of any size; what a killed worker has not read is its successor's (row 77)
--FILE--
<?php
require __DIR__ . '/pool.inc';

$pool = pool(function () {
    fclose(STDOUT);
    $GLOBALS['stdout'] = fopen('/dev/null', 'a');
    $pool = new Swoole\Process\Pool(2, SWOOLE_IPC_UNIXSOCK);
    $pool->on('Start', function ($pool) {
        set_error_handler(fn($level, $text) => note("master: $text") || true);
        note('refused ' . json_encode([$pool->sendMessage('x', 2), $pool->sendMessage('x', -1), $pool->sendMessage('', 0)]));
        foreach (['one', str_repeat('x', 3000000), 'to 1', 'two'] as $data) {
            $pool->sendMessage($data, 0) || note('not sent');
        }
    });
    $pool->on('Message', function ($pool, $data) {
        note("$pool->workerId got " . (strlen($data) > 20 ? strlen($data) . ' bytes ' . md5($data) : $data) . ' with ' . func_num_args());
        match ($data) {
            'to 1' => $pool->sendMessage('from 0', 1),
            'from 0' => $pool->getProcess(0)->write('raw'),
            'raw' => array_map(fn($n) => $pool->sendMessage("die $n", 1), range(1, 5)),
            'die 2' => exec('kill -KILL ' . getmypid()),
            default => null,
        };
    });
    return $pool;
});
$pool->await('/die 5/');
echo 'status ', $pool->stop(), "\n", sorted($pool);
echo md5(str_repeat('x', 3000000)), "\n";
?>
--EXPECT--
status 0
0 got 3000000 bytes 8e32e22642bddc89698e25a4e9bf528b with 2
0 got one with 2
0 got raw with 2
0 got to 1 with 2
0 got two with 2
1 got die 1 with 2
1 got die 2 with 2
1 got die 3 with 2
1 got die 4 with 2
1 got die 5 with 2
1 got from 0 with 2
master: Swoole\Process\Pool::sendMessage(): the message is empty
master: Swoole\Process\Pool::sendMessage(): there is no worker -1, they are 0 to 1
master: Swoole\Process\Pool::sendMessage(): there is no worker 2, they are 0 to 1
refused [false,false,false]
start() null
8e32e22642bddc89698e25a4e9bf528b
