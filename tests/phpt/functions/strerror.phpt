--TEST--
swoole_strerror: the text of an errno, of a code of Swoole's, and of what is unknown
--FILE--
<?php
var_dump(swoole_strerror(2), swoole_strerror(1005, SWOOLE_STRERROR_SWOOLE), swoole_strerror(998, SWOOLE_STRERROR_SWOOLE));
var_dump(swoole_strerror(-2, SWOOLE_STRERROR_GAI));
foreach (get_defined_constants(true)['swoole'] as $name => $code) {
    if (str_starts_with($name, 'SWOOLE_ERROR_') && str_starts_with(swoole_strerror($code, SWOOLE_STRERROR_SWOOLE), 'Unknown')) {
        echo "no text for $name\n";
    }
}
?>
--EXPECT--
string(25) "No such file or directory"
string(43) "There is no such connection, or it has gone"
string(17) "Unknown error 998"
string(25) "Name or service not known"
