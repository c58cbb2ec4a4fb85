--TEST--
Coroutine\Socket: two readers, and calls outside of a coroutine, are fatal
--FILE--
<?php
require __DIR__ . '/../include/child.php';
foreach ([
    'Co\run(function () {
        [$one, $other] = swoole_coroutine_socketpair(1, 1, 0);
        go(fn() => $one->recv());
        try { $one->recv(); } catch (Throwable) { echo "caught"; }
    });',
    'Co\run(function () {
        [$one, $other] = swoole_coroutine_socketpair(1, 1, 0);
        go(fn() => $one->recvLine());
        // What came is not taken away from the one that waits.
        $other->send("part");
        Co::sleep(0.01);
        try { $one->recvWithBuffer(); } catch (Throwable) { echo "caught"; }
    });',
    'Co\run(function () {
        [$one, $other] = swoole_coroutine_socketpair(1, 1, 0);
        $large = str_repeat("x", 1 << 23);
        go(fn() => $one->sendAll($large));
        $one->sendAll($large);
    });',
    '[$one] = swoole_coroutine_socketpair(1, 1, 0);
    try { $one->recv(); } catch (Throwable) { echo "caught"; }',
    '$one = new Swoole\Coroutine\Socket(2, 1, 0);
    var_dump($one->bind("127.0.0.1"), $one->listen());
    $one->accept();',
] as $script) {
    ob_start();
    child("<?php\n$script");
    echo preg_replace(['/ in \/\S+:\d+.*?thrown/s', '/ in \/\S+ on line/', '/#\d+/'], [' … thrown', ' … on line', '#N'], ob_get_clean()), "\n";
}
?>
--EXPECT--
Fatal error: Uncaught Swoole\Error: Socket#N has already been bound to another coroutine#N, reading of the same socket in coroutine#N at the same time is not allowed … thrown … on line 5

-- status 255


Fatal error: Uncaught Swoole\Error: Socket#N has already been bound to another coroutine#N, reading of the same socket in coroutine#N at the same time is not allowed … thrown … on line 8

-- status 255


Fatal error: Uncaught Swoole\Error: Socket#N has already been bound to another coroutine#N, writing of the same socket in coroutine#N at the same time is not allowed … thrown … on line 6

-- status 255


Fatal error: Uncaught Swoole\Error: API must be called in the coroutine … thrown … on line 3

-- status 255

bool(true)
bool(true)

Fatal error: Uncaught Swoole\Error: API must be called in the coroutine … thrown … on line 4

-- status 255
