--TEST--
setTimeLimit() outside of a coroutine; the limit of one that ends in time keeps nobody
--FILE--
<?php
$start = microtime(true);
Co\run(function () { Co::setTimeLimit(60); });
var_dump(microtime(true) - $start < 50);
Co::setTimeLimit(1);
--EXPECTF--
bool(true)

Fatal error: Uncaught Swoole\Error: API must be called in the coroutine in %s:%d
Stack trace:
#0 %s(%d): Swoole\Coroutine::setTimeLimit(1)
#1 {main}
  thrown in %s on line %d
