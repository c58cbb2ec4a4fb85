--TEST--
Row 62: what ends the process: the memory limit
--SKIPIF--
<?php
if (getenv('USE_ZEND_ALLOC') === '0') die('skip without its own allocator PHP has no memory limit');
--FILE--
<?php
require __DIR__ . '/../include/child.php';
child(<<<'PHP'
<?php
ini_set('memory_limit', '32M');
Co\run(function () {
    go(function () { Co::sleep(5); });
    go(function () { Co::sleep(0.001); $text = str_repeat('x', 64 << 20); echo "not reached\n"; });
    Co::sleep(5);
});
PHP);
--EXPECTF--
Fatal error: Allowed memory size of 33554432 bytes exhausted (tried to allocate %d bytes) in %s on line 5

-- status 255
