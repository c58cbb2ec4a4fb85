--TEST--
Row 65: what each coroutine has for itself: output buffers, @ and error_reporting, context
--INI--
error_reporting=32767
--FILE--
<?php
use Swoole\Coroutine;
Co\run(function () {
    Coroutine::getContext()['who'] = 'parent';
    foreach (['one', 'two'] as $name) {
        go(function () use ($name) {
            ob_start();
            echo "$name before, ";
            Coroutine::sleep(0.001);
            echo "$name after";
            echo strtoupper(ob_get_clean()), "\n";
        });
    }
    go(function () {
        var_dump(count(Coroutine::getContext()), Coroutine::getContext(Coroutine::getPcid())['who']);
        Coroutine::getContext()->field = 1;
    });
    go(function () {
        @(function () {
            Coroutine::sleep(0.002);
            echo 'silenced: ', error_reporting(), "\n";
        })();
        echo 'again: ', error_reporting(), "\n";
    });
    go(function () {
        Coroutine::sleep(0.001);
        echo 'another: ', error_reporting(), "\n";
    });
});
--EXPECT--
int(0)
string(6) "parent"
ONE BEFORE, ONE AFTER
TWO BEFORE, TWO AFTER
another: 32767
silenced: 4437
again: 32767
