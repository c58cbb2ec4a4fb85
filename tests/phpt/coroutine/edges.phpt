--TEST--
Channels in a cycle, exit() in a Fiber, deferred functions, deep stacks, waits in handlers, the end
--FILE--
<?php
const XDEBUG = false;
require __DIR__ . '/edges.inc';
--EXPECT--
[true]
[4]
body
deferred last, called first
deferred first, called last
[3,false]
[true]
thrown before the wait
error handler: Undefined variable $undefined
["LoadedLate"]
a coroutine cannot wait any more: the script is ending
