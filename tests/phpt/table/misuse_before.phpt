--TEST--
Swoole\Table: use out of order ends the script (before)
--FILE--
<?php
$table = new Swoole\Table(64);
$table->column('n', Swoole\Table::TYPE_INT);
$table->get("a");
echo "not reached\n";
?>
--EXPECTF--
Fatal error: Swoole\Table::get(): the table is not created yet, call create() first in %s on line %d
