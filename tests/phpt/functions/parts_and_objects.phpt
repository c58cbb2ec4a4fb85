--TEST--
swoole_substr_unserialize, swoole_substr_json_decode, swoole_get_objects, swoole_get_object_by_handle
--FILE--
<?php
$packed = serialize(['a' => 1, 'b' => [2]]);
$text = "head$packed" . 'tail';
echo json_encode([
    swoole_substr_unserialize($text, 4, strlen($packed)),
    swoole_substr_unserialize($text, -4 - strlen($packed), strlen($packed)),
    swoole_substr_unserialize("x$packed", 1),
    swoole_substr_unserialize(serialize(new ArrayObject), 0, 0, ['allowed_classes' => false]) instanceof __PHP_Incomplete_Class,
]), "\n";
var_dump(swoole_substr_unserialize($text, 4, 1000), @swoole_substr_unserialize($text, 0));

$text = '##{"a":{"b":1}}##';
var_dump(swoole_substr_json_decode($text, 2, -1) === null, json_last_error_msg());
var_dump(swoole_substr_json_decode($text, 2, 13)->a->b, swoole_substr_json_decode($text, 2, 13, true)['a']['b'], json_last_error());
var_dump(swoole_substr_json_decode($text, 17), swoole_substr_json_decode($text, 2, 13, true, 1));
try {
    swoole_substr_json_decode($text, 0, 5, flags: JSON_THROW_ON_ERROR);
} catch (JsonException $e) {
    echo $e->getMessage(), "\n";
}
try {
    swoole_substr_json_decode($text, 2, 13, false, 0);
} catch (ValueError $e) {
    echo $e->getMessage(), "\n";
}

$one = new ArrayObject([1]);
var_dump(swoole_get_object_by_handle(spl_object_id($one)) === $one, swoole_get_object_by_handle(100000), swoole_get_object_by_handle(-1));
var_dump(in_array($one, swoole_get_objects(), true));
?>
--EXPECTF--
[{"a":1,"b":[2]},{"a":1,"b":[2]},{"a":1,"b":[2]},true]

Warning: swoole_substr_unserialize(): offset 4 and length 1000 are not within the string of 48 bytes in %s on line %d
bool(false)
bool(false)
bool(true)
string(12) "Syntax error"
int(1)
int(1)
int(0)

Warning: swoole_substr_json_decode(): offset 17 and length 0 are not within the string of 17 bytes in %s on line %d
bool(false)
NULL
Syntax error
swoole_substr_json_decode(): Argument #5 ($depth) must be between 1 and 2147483647, got 0
bool(true)
bool(false)
bool(false)
bool(true)
