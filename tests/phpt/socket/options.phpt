--TEST--
Coroutine\Socket: options as the extension sockets has them, timeouts among them
--FILE--
<?php
require __DIR__ . '/put.inc';
use Swoole\Coroutine\Socket;
const SOL_SOCKET_ = 1, REUSEADDR = 2, KEEPALIVE = 9, LINGER = 13, RCVTIMEO = 20, SNDTIMEO = 21, RCVBUF = 8, TCP = 6, NODELAY = 1, CONGESTION = 13;
Co\run(function () {
    $socket = new Socket(2, 1, 0);
    put($socket->setOption(SOL_SOCKET_, KEEPALIVE, true), $socket->getOption(SOL_SOCKET_, KEEPALIVE));
    put($socket->setOption(TCP, NODELAY, '1'), $socket->getOption(TCP, NODELAY));
    put($socket->setOption(SOL_SOCKET_, RCVBUF, 8192), $socket->getOption(SOL_SOCKET_, RCVBUF));
    put($socket->getOption(SOL_SOCKET_, LINGER), $socket->setOption(SOL_SOCKET_, LINGER, ['l_onoff' => 1, 'l_linger' => 3]), $socket->getOption(SOL_SOCKET_, LINGER));
    put($socket->getOption(TCP, CONGESTION) !== '', $socket->getOption(1, 9999), $socket->errCode, $socket->setOption(99, 1, 1), $socket->errCode);
    foreach ([[LINGER, 1], [LINGER, ['l_onoff' => 1]], [RCVTIMEO, []]] as [$name, $value]) {
        try {
            $socket->setOption(SOL_SOCKET_, $name, $value);
        } catch (ValueError $error) {
            put($error->getMessage());
        }
    }
    [$one, $other] = swoole_coroutine_socketpair(1, 1, 0);
    put($one->getOption(SOL_SOCKET_, RCVTIMEO), $one->setOption(SOL_SOCKET_, RCVTIMEO, ['sec' => 0, 'usec' => 20000]), $one->getOption(SOL_SOCKET_, RCVTIMEO));
    $begun = microtime(true);
    put($one->recv(), $one->errCode, $one->recv(10, 0), $one->errCode, microtime(true) - $begun >= 0.039);
    go(function () use ($other) {
        Co::sleep(0.04);
        $other->send('late');
    });
    put('below 0 is without end', $one->recv(10, -1));
    put($one->setOption(SOL_SOCKET_, SNDTIMEO, ['sec' => 0, 'usec' => 10000]), $one->sendAll(str_repeat('x', 1 << 24)) < 1 << 24, $one->errCode);

    $group = new Socket(2, 2, 0);
    put($group->bind('0.0.0.0'), $group->setOption(0, 42, ['group' => '224.0.0.251', 'interface' => 1]), $group->setOption(0, 45, ['group' => '224.0.0.251', 'interface' => 1]));
    put($group->setOption(0, 42, ['group' => 'nonsense']), $group->errCode);

    Co::set(['socket_read_timeout' => 0.01]);
    [$one, $other] = swoole_coroutine_socketpair(1, 1, 0);
    put($one->recv(), $one->errCode);
});
?>
--EXPECT--
true 1
true 1
true 16384
{"l_onoff":0,"l_linger":0} true {"l_onoff":1,"l_linger":3}
true false 92 false 92
"Swoole\\Coroutine\\Socket::setOption(): Argument #3 ($opt_value) must be an array with the key \"l_onoff\""
"Swoole\\Coroutine\\Socket::setOption(): Argument #3 ($opt_value) must be an array with the key \"l_linger\""
"Swoole\\Coroutine\\Socket::setOption(): Argument #3 ($opt_value) must be an array with the key \"sec\""
{"sec":0,"usec":0} true {"sec":0,"usec":20000}
false 110 false 110 true
"below 0 is without end" "late"
true true 110
true true true
false 22
false 110
