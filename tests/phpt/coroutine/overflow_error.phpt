--TEST--
From PHP 8.3 on a runaway recursion throws an Error before it reaches its guard page, and the others go on
--SKIPIF--
<?php
if (PHP_VERSION_ID < 80300) die('skip PHP does not look at its stack: overflow.phpt');
--FILE--
<?php
require __DIR__ . '/../include/child.php';
child(<<<'PHP'
<?php
function deeper(array $x) { return array_map('deeper', [$x]); }
Co\run(function () {
    $goes_on = new Co\Channel();
    go(function () use ($goes_on) { $goes_on->pop(); echo "another\n"; });
    go(function () use ($goes_on) {
        ini_set('memory_limit', '1G');
        try {
            deeper([1]);
        } catch (Error $error) {
            echo $error->getMessage(), "\n";
        }
        Co::sleep(0.001);
        echo "goes on\n";
        $goes_on->push(true);
    });
});
PHP);
--EXPECTF--
Maximum call stack size of %d bytes (zend.max_allowed_stack_size - zend.reserved_stack_size) reached. Infinite recursion?
goes on
another

-- status 0
