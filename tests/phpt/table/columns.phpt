--TEST--
Swoole\Table: columns that cannot be, and a table without any
--FILE--
<?php
$table = new Swoole\Table(64);
var_dump($table->create());
var_dump($table->column('x', 9), $table->column('', 1), $table->column('s', Swoole\Table::TYPE_STRING), $table->column('1', 1), $table->column('b', 3, 8), $table->column('0', 1));
var_dump($table->create(), $table->set('a', [1 => 5, 'b' => 'x']), $table->get('a'));
?>
--EXPECTF--
Warning: Swoole\Table::create(): the table cannot be made: it has no column in %s on line %d
bool(false)

Warning: Swoole\Table::column(): column[x] must be of TYPE_INT, TYPE_FLOAT or TYPE_STRING, got 9 in %s on line %d

Warning: Swoole\Table::column(): column[] cannot be added: the name is empty in %s on line %d

Warning: Swoole\Table::column(): column[s] of type string needs a size above 0, got 0 in %s on line %d
bool(false)
bool(false)
bool(false)
bool(true)
bool(true)
bool(true)
bool(true)
bool(true)
array(3) {
  [1]=>
  int(5)
  ["b"]=>
  string(1) "x"
  [0]=>
  int(0)
}
