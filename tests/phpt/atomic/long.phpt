--TEST--
Swoole\Atomic\Long: 64 bits, signed
--FILE--
<?php
$long = new Swoole\Atomic\Long(PHP_INT_MAX);
var_dump($long->add() === PHP_INT_MIN, $long->sub() === PHP_INT_MAX);
$long->set(2 ** 40);
var_dump($long->add(1), $long->sub(2 ** 41), $long->cmpset(1 - 2 ** 40, -5), $long->cmpset(1, 2), $long->get());
var_dump(method_exists($long, 'wait'));
?>
--EXPECT--
bool(true)
bool(true)
int(1099511627777)
int(-1099511627775)
bool(true)
bool(false)
int(-5)
bool(false)
