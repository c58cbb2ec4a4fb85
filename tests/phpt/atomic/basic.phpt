--TEST--
Swoole\Atomic: add, sub, get, set, cmpset, and how it wraps
--FILE--
<?php
$atomic = new Swoole\Atomic();
var_dump($atomic->get(), $atomic->add(), $atomic->add(41), $atomic->sub(2), $atomic->sub());
var_dump($atomic->cmpset(1, 2), $atomic->cmpset(39, 7), $atomic->get());
var_dump($atomic->set(0), $atomic->sub(1), $atomic->add(1));
$atomic->set(-1);
var_dump($atomic->get());
$atomic->set(2 ** 32 + 5);
var_dump($atomic->get());
var_dump((new Swoole\Atomic(123))->get());
try {
    $atomic->add('x');
} catch (TypeError $error) {
    echo $error->getMessage(), "\n";
}
try {
    $atomic->cmpset(1);
} catch (ArgumentCountError $error) {
    echo $error->getMessage(), "\n";
}
var_dump($atomic->add('2'));
?>
--EXPECT--
int(0)
int(1)
int(42)
int(40)
int(39)
bool(false)
bool(true)
int(7)
NULL
int(4294967295)
int(0)
int(4294967295)
int(5)
int(123)
Swoole\Atomic::add(): Argument #1 ($add_value) must be of type int, string given
Swoole\Atomic::cmpset() expects exactly 2 arguments, 1 given
int(7)
