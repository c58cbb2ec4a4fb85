--TEST--
Swoole\Table: incr() and decr()
--FILE--
<?php
$table = new Swoole\Table(64);
$table->column('n', Swoole\Table::TYPE_INT);
$table->column('f', Swoole\Table::TYPE_FLOAT);
$table->column('s', Swoole\Table::TYPE_STRING, 4);
$table->create();
var_dump($table->incr('new', 'n'), $table->incr('new', 'n', 41), $table->decr('new', 'n', 2), $table->decr('other', 'n'));
var_dump($table->incr('new', 'f', 0.5), $table->decr('new', 'f'), $table->incr('new', 'n', 2.9), $table->incr('new', 'n', '3'));
$table->set('edge', ['n' => PHP_INT_MAX]);
var_dump($table->incr('edge', 'n') === PHP_INT_MIN);
var_dump($table->incr('new', 's'), $table->incr('new', 'nothing'));
try {
    $table->incr('new', 'n', []);
} catch (TypeError $error) {
    echo $error->getMessage(), "\n";
}
var_dump($table->get('new'));
?>
--EXPECTF--
int(1)
int(42)
int(40)
int(-1)
float(0.5)
float(-0.5)
int(42)
int(45)
bool(true)

Warning: Swoole\Table::incr(): can't incr a string type column in %s on line %d

Warning: Swoole\Table::incr(): column[nothing] does not exist in %s on line %d
bool(false)
bool(false)
Swoole\Table::incr(): Argument #3 ($incrby) must be of type int|float, array given
array(3) {
  ["n"]=>
  int(45)
  ["f"]=>
  float(-0.5)
  ["s"]=>
  string(0) ""
}
