--TEST--
Row 61: outside of a coroutine
--FILE--
<?php
var_dump(Swoole\Coroutine::getCid(), Swoole\Coroutine::getuid(), Swoole\Coroutine::getPcid(), Swoole\Coroutine::getContext());
try {
    Swoole\Coroutine::sleep(1);
} catch (Throwable) {
    echo "caught\n";
} finally {
    echo "finally\n";
}
--EXPECTF--
int(-1)
int(-1)
bool(false)
NULL

Fatal error: Uncaught Swoole\Error: API must be called in the coroutine in %s:%d
Stack trace:
#0 %s(%d): Swoole\Coroutine::sleep(1)
#1 {main}
  thrown in %s on line %d
