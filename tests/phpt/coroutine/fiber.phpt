--TEST--
PHP's Fiber in a coroutine, and a coroutine in a Fiber
--FILE--
<?php
use Swoole\Coroutine;
Co\run(function () {
    $fiber = new Fiber(function () {
        echo "fiber\n";
        Coroutine::sleep(0.01);
        $got = Fiber::suspend(1);
        Coroutine::sleep(0.01);
        return $got;
    });
    go(function () { Coroutine::sleep(0.002); echo "between\n"; });
    var_dump($fiber->start());
    $fiber->resume('value');
    var_dump($fiber->getReturn());
});
$fiber = new Fiber(function () {
    go(function () { echo "coroutine\n"; Coroutine::sleep(0.001); echo "goes on\n"; });
    echo Fiber::suspend(2), "\n";
});
var_dump($fiber->start());
$fiber->resume('resumed');
Co\run(function () { Coroutine::sleep(0.005); });
go(function () {
    $fiber = new Fiber(function () { try { Coroutine::yield(); } finally { echo "a finally block in a fiber\n"; } });
    $fiber->start();
    echo "not reached\n";
});
Swoole\Coroutine::set(['enable_deadlock_check' => false]);
--EXPECT--
fiber
between
int(1)
string(5) "value"
coroutine
int(2)
resumed
goes on
a finally block in a fiber
