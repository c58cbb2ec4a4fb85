--TEST--
A runaway recursion dies on its guard page, and of a signal
--SKIPIF--
<?php
if (PHP_VERSION_ID >= 80300) die('skip PHP throws before: overflow_error.phpt');
if (getenv('USE_ZEND_ALLOC') === '0') die('skip valgrind would report what this case provokes');
--FILE--
<?php
require __DIR__ . '/../include/child.php';
child(<<<'PHP'
<?php
function deeper(array $x) { return array_map('deeper', [$x]); }
Co\run(function () {
    go(function () { Co::sleep(1); });
    go(function () { ini_set('memory_limit', '1G'); echo "down\n"; deeper([1]); });
});
PHP);
--EXPECTF--
down
%A
-- status 139
