--TEST--
Row 63: a deadlock is reported; destructors and finally blocks run
--FILE--
<?php
class Held { function __destruct() { echo "a destructor\n"; } }
function waits(): void
{
    $held = new Held;
    try {
        (new Swoole\Coroutine\Channel)->pop();
    } finally {
        echo "a finally block\n";
    }
}
var_dump(Co\run(function () {
    go(function () {
        defer(function () { echo "deferred\n"; });
        waits();
    });
    Co::yield();
}));
echo "end of script\n";
--EXPECTF--
===================================================================
 [FATAL ERROR]: all coroutines (count: 2) are asleep - deadlock!
===================================================================

 [Coroutine-1]
--------------------------------------------------------------------
#0 %s(%d): Swoole\Coroutine::yield()
#1 [internal function]: {closure%S}()

 [Coroutine-2]
--------------------------------------------------------------------
#0 %s(%d): Swoole\Coroutine\Channel->pop()
#1 %s(%d): waits()
#2 [internal function]: {closure%S}()

bool(true)
end of script
a finally block
a destructor
deferred
