--TEST--
Swoole\Table: rows, columns and what they are turned into
--FILE--
<?php
$table = new Swoole\Table(100);
var_dump($table->size, $table->getSize(), $table->stats());
$table->column('id', Swoole\Table::TYPE_INT);
$table->column('name', Swoole\Table::TYPE_STRING, 8);
$table->column('score', Swoole\Table::TYPE_FLOAT);
var_dump($table->create(), $table->size, $table->getSize(), $table->memorySize === $table->getMemorySize());

$show = fn(string $key) => print json_encode($table->get($key)) . "\n";
var_dump($table->set('a', ['id' => 1, 'name' => 'one', 'score' => 1.5, 'unknown' => 7]));
$show('a');
$table->set('a', ['name' => 'two']);
$show('a');
$table->set('a', ['id' => '12abc', 'name' => 345, 'score' => '2.5']);
$show('a');
$table->set('a', ['id' => null, 'name' => null, 'score' => null]);
$show('a');
$table->set('b', ['id' => 3.9, 'name' => new class { public function __toString() { return 'object'; } }, 'score' => true]);
$show('b');
$table->set('', []);
$show('');
var_dump($table->get('b', 'id'), $table->get('b', 'nothing'), $table->get('c'), $table->get('c', 'id'), $table->get('b', null)['id']);
var_dump($table->exists('b'), $table->exist('c'), count($table), $table->del('b'), $table->delete('b'), $table->exists('b'), count($table));
$table->set('cut', ['name' => "123456789\0"]);
$show('cut');
$table->set('bytes', ['name' => "\0\xff\0\n"]);
var_dump(bin2hex($table->get('bytes', 'name')));
$text = 'x';
$table->set('reference', ['name' => &$text, 'id' => PHP_INT_MIN]);
$show('reference');
?>
--EXPECTF--
NULL
int(0)
bool(false)
bool(true)
int(128)
int(128)
bool(true)
bool(true)
{"id":1,"name":"one","score":1.5}
{"id":1,"name":"two","score":1.5}
{"id":12,"name":"345","score":2.5}
{"id":0,"name":"","score":0}
{"id":3,"name":"object","score":1}
{"id":0,"name":"","score":0}
int(3)
bool(false)
bool(false)
bool(false)
int(3)
bool(true)
bool(false)
int(3)
bool(true)
bool(false)
bool(false)
int(2)
[%s	WARNING	[key=name, value_len=10] the value is longer than the column's 8 bytes and is cut
{"id":0,"name":"12345678","score":0}
string(8) "00ff000a"
{"id":-9223372036854775808,"name":"x","score":0}
