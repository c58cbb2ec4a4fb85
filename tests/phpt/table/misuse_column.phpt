--TEST--
Swoole\Table: use out of order ends the script (column)
--FILE--
<?php
$table = new Swoole\Table(64);
$table->column('n', Swoole\Table::TYPE_INT);
$table->create(); $table->column("m", 1);
echo "not reached\n";
?>
--EXPECTF--
Fatal error: Swoole\Table::column(): a column cannot be added after create() in %s on line %d
