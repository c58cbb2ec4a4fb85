--TEST--
Channels in a cycle, exit() in a Fiber, deferred functions, deep stacks, waits in handlers, the end
--FILE--
<?php
require __DIR__ . '/edges.inc';
--EXPECT--
bool(true)
int(4)
body
deferred last, called first
deferred first, called last
int(3)
bool(false)
int(20000)
thrown before the wait
error handler: Undefined variable $undefined
string(10) "LoadedLate"
a coroutine cannot wait any more: the script is ending
