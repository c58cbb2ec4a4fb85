--TEST--
Process\Pool: messages by TCP and by a Unix socket: a length and a body in, all writes of a callback in one frame out (row 77)
--FILE--
<?php
require __DIR__ . '/pool.inc';

function port(): int
{
    $socket = stream_socket_server('tcp://127.0.0.1:0');
    return (int) substr(strrchr(stream_socket_get_name($socket, false), ':'), 1);
}

foreach (['tcp', 'unix'] as $kind) {
    $path = sys_get_temp_dir() . '/pool-' . getmypid() . '.sock';
    [$host, $port, $address] = $kind === 'tcp' ? ['127.0.0.1', $port = port(), "tcp://127.0.0.1:$port"] : ["unix:$path", 0, "unix://$path"];
    $pool = pool(function () use ($host, $port) {
        fclose(STDOUT);
        $GLOBALS['stdout'] = fopen('/dev/null', 'a');
        $pool = new Swoole\Process\Pool(2, SWOOLE_IPC_SOCKET);
        $pool->set(['max_package_size' => 2000000]);
        $pool->on('Message', function ($pool, $data) {
            if ($data === 'nothing') {
                return;
            }
            if ($data === 'throw') {
                $pool->write('half of an answer');
                ini_set('display_errors', '0');
                throw new RuntimeException('on purpose');
            }
            $pool->write('you ');
            note('empty ' . json_encode($pool->write('')));
            $pool->write('said ');
            $pool->write(strlen($data) > 20 ? md5($data) : $data);
        });
        $pool->on('WorkerStart', function ($pool) {
            set_error_handler(fn($level, $text) => note("worker: $text") || true);
            note('write ' . json_encode($pool->write('x')));
        });
        note('listen ' . json_encode($pool->listen($host, $port)));
        return $pool;
    });
    $pool->await('/^write/', 2);
    foreach (['hello', '', 'nothing', str_repeat('y', 1500000), str_repeat('z', 2000001), 'throw', 'after'] as $message) {
        try {
            var_dump(@ask($address, $message));
        } catch (RuntimeException $e) {
            echo $e->getMessage(), "\n";
        }
    }
    // In pieces, while others are served.
    $slow = stream_socket_client($address);
    foreach (str_split(pack('N', 4) . 'slow') as $byte) {
        fwrite($slow, $byte);
        ask($address, 'quick');
    }
    echo bin2hex(stream_get_contents($slow)), "\n";
    echo 'status ', $pool->stop(), "\n";
    echo implode("\n", array_unique(explode("\n", sorted($pool))));
    if ($kind === 'unix') {
        var_dump(file_exists($path));
    }
}
echo md5(str_repeat('y', 1500000)), "\n";
?>
--EXPECT--
string(14) "you said hello"
string(9) "you said "
string(0) ""
string(41) "you said 29a689f4df731d1187de0b436c2f05ed"
string(0) ""
string(0) ""
string(14) "you said after"
0000000d796f75207361696420736c6f77
status 0
empty false
listen true
start() null
worker: Swoole\Process\Pool::write(): there is no connection to answer on: write() is for the callback of a message
write false
string(14) "you said hello"
string(9) "you said "
string(0) ""
string(41) "you said 29a689f4df731d1187de0b436c2f05ed"
string(0) ""
string(0) ""
string(14) "you said after"
0000000d796f75207361696420736c6f77
status 0
empty false
listen true
start() null
worker: Swoole\Process\Pool::write(): there is no connection to answer on: write() is for the callback of a message
write false
bool(false)
29a689f4df731d1187de0b436c2f05ed
