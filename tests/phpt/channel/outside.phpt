--TEST--
Row 61: a channel outside of a coroutine
--FILE--
<?php
$channel = new Swoole\Coroutine\Channel(1);
var_dump($channel->isEmpty());
try {
    $channel->push(1);
} catch (Throwable) {
    echo "caught\n";
}
--EXPECTF--
bool(true)

Fatal error: Uncaught Swoole\Error: API must be called in the coroutine in %s:%d
Stack trace:
#0 %s(%d): Swoole\Coroutine\Channel->push(1)
#1 {main}
  thrown in %s on line %d
