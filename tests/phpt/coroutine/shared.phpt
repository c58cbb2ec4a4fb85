--TEST--
Row 65: what is the process's: set_error_handler and superglobals
--FILE--
<?php
use Swoole\Coroutine;
Co\run(function () {
    go(function () {
        set_error_handler(function (int $level, string $text) { echo "handler of the first: $text\n"; return true; });
        $_GET['from'] = 'the first';
        $GLOBALS['shared'] = 1;
        Coroutine::sleep(0.001);
        var_dump($_GET['from'], $GLOBALS['shared']);
    });
    go(function () {
        echo $undefined;
        var_dump($_GET['from'], $GLOBALS['shared']);
        $_GET['from'] = 'the second';
        $GLOBALS['shared']++;
        restore_error_handler();
    });
});
--EXPECT--
handler of the first: Undefined variable $undefined
string(9) "the first"
int(1)
string(10) "the second"
int(2)
