--TEST--
Process\Pool: start() after run() and timers that are over; not while something waits (row 76)
--FILE--
<?php
require __DIR__ . '/../include/child.php';
child('<?php
Swoole\Coroutine\run(function () {
    Swoole\Coroutine::sleep(0.001);
    Swoole\Timer::after(1, fn() => 1);
    echo "over\n";
});
go(fn() => 1);
$p = new Swoole\Process\Pool(1, SWOOLE_IPC_NONE, 0, true);
$p->on("WorkerStart", function ($p) {
    Swoole\Timer::after(1, fn() => $p->shutdown());
    while ($p->workerRunning) Swoole\Coroutine::sleep(0.001);
    echo "served in coroutine ", Swoole\Coroutine::getCid() > 0 ? "yes" : "no", "\n";
});
var_dump($p->start());
// And another one.
$p = new Swoole\Process\Pool(1);
$p->on("WorkerStart", fn($p) => $p->shutdown());
var_dump($p->start());
$timer = Swoole\Timer::after(60000, fn() => 1);
$p = new Swoole\Process\Pool(1);
$p->on("WorkerStart", fn($p) => $p->shutdown());
var_dump($p->start());
Swoole\Timer::clear($timer);
var_dump($p->start());');
?>
--EXPECTF--
over
served in coroutine yes
NULL
NULL

Warning: Swoole\Process\Pool::start(): The event-loop has already been created, unable to start in %s on line 22
bool(false)
NULL

-- status 0
