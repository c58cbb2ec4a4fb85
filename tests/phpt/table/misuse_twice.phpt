--TEST--
Swoole\Table: use out of order ends the script (twice)
--FILE--
<?php
$table = new Swoole\Table(64);
$table->column('n', Swoole\Table::TYPE_INT);
$table->create(); $table->create();
echo "not reached\n";
?>
--EXPECTF--
Fatal error: Swoole\Table::create(): the table has been created already in %s on line %d
