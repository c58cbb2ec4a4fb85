--TEST--
Swoole\Table: iteration, also while rows are deleted, and with an empty key
--FILE--
<?php
$table = new Swoole\Table(256);
$table->column('n', Swoole\Table::TYPE_INT);
$table->create();
var_dump($table->valid(), $table->current(), $table->key());
for ($i = 0; $i < 200; $i++) {
    $table->set("k$i", ['n' => $i]);
}
$table->set('', ['n' => -1]);
$seen = [];
foreach ($table as $key => $row) {
    $seen[$key] = $row['n'];
}
ksort($seen);
var_dump(count($seen), $seen[''], $seen['k0'], $seen['k199'], array_sum($seen));
foreach ($table as $key => $row) {
    if ($row['n'] % 2) {
        $table->del($key);
    }
}
var_dump(count($table), $table->exists('k1'), $table->exists('k2'));
foreach ($table as $key => $row) {
    if ($row['n'] === 2) {
        break;
    }
}
var_dump($table->key(), $table->current(), iterator_count($table), $table->valid());
$long = str_repeat('x', 70);
$table->set($long, ['n' => 7]);
var_dump($table->get($long, 'n'), $table->get(substr($long, 0, 63), 'n'), in_array(substr($long, 0, 63), array_map(fn($pair) => $pair[0], pairs($table)), true));

function pairs(iterable $all): array
{
    $pairs = [];
    foreach ($all as $key => $row) {
        $pairs[] = [$key, $row];
    }
    return $pairs;
}
?>
--EXPECTF--
bool(false)
NULL
NULL
int(201)
int(-1)
int(0)
int(199)
int(19899)
int(100)
bool(false)
bool(true)
string(2) "k2"
array(1) {
  ["n"]=>
  int(2)
}
int(100)
bool(false)

Warning: Swoole\Table::set(): the key of 70 bytes is longer than 63: iteration will show it cut in %s on line %d
int(7)
bool(false)
bool(true)
