--TEST--
Swoole\Atomic: wait() and wakeup()
--FILE--
<?php
$atomic = new Swoole\Atomic(1);
var_dump($atomic->wait(), $atomic->get());
$begun = microtime(true);
var_dump($atomic->wait(0.05));
var_dump(microtime(true) - $begun >= 0.05);
echo "-- nobody waits\n";
var_dump($atomic->wakeup(), $atomic->get(), $atomic->wait(0), $atomic->wait(0));
$atomic->set(5);
var_dump($atomic->wait(0.01), $atomic->get());
?>
--EXPECT--
bool(true)
int(0)
bool(false)
bool(true)
-- nobody waits
bool(true)
int(1)
bool(true)
bool(false)
bool(false)
int(5)
