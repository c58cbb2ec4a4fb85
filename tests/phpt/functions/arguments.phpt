--TEST--
Arguments are taken as PHP's own functions take them
--FILE--
<?php
$try = function (callable $call) {
    try {
        var_dump($call());
    } catch (Throwable $e) {
        echo get_class($e), ': ', $e->getMessage(), "\n";
    }
};
$try(fn() => swoole_strerror());
$try(fn() => swoole_strerror(1, 2, 3));
$try(fn() => swoole_strerror([]));
$try(fn() => swoole_strerror("abc"));
$try(fn() => swoole_strerror("2"));
$try(fn() => swoole_strerror(2.0));
$try(fn() => swoole_strerror(2.5));
$try(fn() => swoole_strerror(true));
$try(fn() => swoole_strerror(error_type: 0, errno: 2));
$try(fn() => swoole_version(1));
$try(eval('declare(strict_types=1); return fn() => swoole_strerror("2");'));
?>
--EXPECTF--
ArgumentCountError: swoole_strerror() expects at least 1 argument, 0 given
ArgumentCountError: swoole_strerror() expects at most 2 arguments, 3 given
TypeError: swoole_strerror(): Argument #1 ($errno) must be of type int, array given
TypeError: swoole_strerror(): Argument #1 ($errno) must be of type int, string given
string(25) "No such file or directory"
string(25) "No such file or directory"

Deprecated: Implicit conversion from float 2.5 to int loses precision in %s on line %d
string(25) "No such file or directory"
string(23) "Operation not permitted"
string(25) "No such file or directory"
ArgumentCountError: swoole_version() expects exactly 0 arguments, 1 given
TypeError: swoole_strerror(): Argument #1 ($errno) must be of type int, string given
