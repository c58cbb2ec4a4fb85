--TEST--
Swoole\Table: use out of order ends the script (destroyed)
--FILE--
<?php
$table = new Swoole\Table(64);
$table->column('n', Swoole\Table::TYPE_INT);
$table->create(); var_dump($table->destroy()); $table->set("a", []);
echo "not reached\n";
?>
--EXPECTF--
bool(true)

Fatal error: Swoole\Table::set(): the table was let go of by destroy() in %s on line %d
