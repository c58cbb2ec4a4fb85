--TEST--
swoole_hashcode: the hash of PHP's arrays, and one-at-a-time
--FILE--
<?php
// DJBX33A, whose highest bit is set in PHP: for a string of one byte that can be worked out by hand.
var_dump(swoole_hashcode('') === (5381 | PHP_INT_MIN), swoole_hashcode('a') === (5381 * 33 + 97 | PHP_INT_MIN));
var_dump(swoole_hashcode('ab') === ((5381 * 33 + 97) * 33 + 98 | PHP_INT_MIN));
foreach (['', 'a', 'swoole', "\0\xff", str_repeat('long', 1000)] as $data) {
    var_dump(swoole_hashcode($data, 1) === hexdec(hash('joaat', $data)));
}
var_dump(swoole_hashcode('a', 2));
?>
--EXPECT--
bool(true)
bool(true)
bool(true)
bool(true)
bool(true)
bool(true)
bool(true)
bool(true)
bool(false)
