--TEST--
Swoole\Table: what incr() takes for a number is what PHP takes for one
--FILE--
<?php
$table = new Swoole\Table(64);
$table->column('f', Swoole\Table::TYPE_FLOAT);
$table->column('n', Swoole\Table::TYPE_INT);
$table->create();
foreach (['1e1', ' 2 ', '.5', '-0.5', true, null, 'inf', 'nan', '', '5x', '0x10', "\u{a0}5", new stdClass()] as $by) {
    try {
        var_dump($table->incr('row', 'f', $by));
    } catch (TypeError $error) {
        echo $error->getMessage(), "\n";
    }
}
var_dump($table->incr('row', 'n', '1e2'), $table->decr('row', 'n', null), $table->get('row', 'f'));
?>
--EXPECT--
float(10)
float(12)
float(12.5)
float(12)
float(13)
float(13)
Swoole\Table::incr(): Argument #3 ($incrby) must be of type int|float, string given
Swoole\Table::incr(): Argument #3 ($incrby) must be of type int|float, string given
Swoole\Table::incr(): Argument #3 ($incrby) must be of type int|float, string given
Swoole\Table::incr(): Argument #3 ($incrby) must be of type int|float, string given
Swoole\Table::incr(): Argument #3 ($incrby) must be of type int|float, string given
Swoole\Table::incr(): Argument #3 ($incrby) must be of type int|float, string given
Swoole\Table::incr(): Argument #3 ($incrby) must be of type int|float, object given
int(100)
int(100)
float(13)
