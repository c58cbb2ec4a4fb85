--TEST--
The example of docs/event.md, as it stands there
--FILE--
<?php
require __DIR__ . '/../include/child.php';
preg_match('/^```php\n(.*?)^```$/ms', file_get_contents(__DIR__ . '/../../../docs/event.md'), $block);
ob_start();
child("<?php\n$block[1]");
// A command and a program run side by side: what either says is in its order.
$lines = explode("\n", trim(ob_get_clean()));
echo implode("\n", preg_grep('/^it says/', $lines)), "\n", implode("\n", preg_grep('/^status/', $lines)), "\n", implode("\n", array_slice($lines, -3)), "\n";
?>
--EXPECT--
it says: line 1
it says: line 2
it says: line 3
status 3: from the shell
nothing left

-- status 0
