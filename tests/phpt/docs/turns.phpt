--TEST--
The examples of docs/turns.md, as they stand there
--FILE--
<?php
preg_match_all('/^```php\n(.*?)^```$/ms', file_get_contents(__DIR__ . '/../../../docs/turns.md'), $blocks);
foreach ($blocks[1] as $code) {
    eval($code);
    echo "--\n";
}
--EXPECT--
the coroutine has not ended within its time limit of 0.1 s
--
stopped
--
