--TEST--
Swoole\Table: a full one says so, and how to size it
--FILE--
<?php
$table = new Swoole\Table(64);
$table->column('n', Swoole\Table::TYPE_INT);
$table->create();
$stats = $table->stats();
for ($i = 0; $i < $stats['total_slice_num']; $i++) {
    $table->set("k$i", ['n' => $i]) || exit("full at $i\n");
}
var_dump($i >= 64 * 1.1875, $table->set('one more', []), $table->incr('one more', 'n'), $table->set('k0', ['n' => 5]), $table->get('k0', 'n'));
$table->del('k1');
var_dump($table->set('one more', ['n' => 1]), count($table) === $i);
print_r(array_diff_key($table->stats(), ['conflict_count' => 0, 'conflict_max_level' => 0]));
?>
--EXPECTF--
Warning: Swoole\Table::set(): failed to set('one more'), unable to allocate memory: all 76 rows are taken, make the table with a size larger than 64 in %s on line %d

Warning: Swoole\Table::incr(): failed to incr('one more'), unable to allocate memory: all 76 rows are taken, make the table with a size larger than 64 in %s on line %d
bool(true)
bool(false)
bool(false)
bool(true)
int(5)
bool(true)
bool(true)
Array
(
    [num] => 76
    [insert_count] => 77
    [update_count] => 1
    [delete_count] => 1
    [available_slice_num] => 0
    [total_slice_num] => 76
)
