--TEST--
The preemptive scheduler: who computes for long gives way, but not where the engine has called PHP code
--INI--
swoole.enable_preemptive_scheduler=On
--FILE--
<?php
error_reporting(E_ALL & ~E_DEPRECATED);
require __DIR__ . '/preempt.inc';
--EXPECT--
a loop: gives way
a callback: gives way
usort: gives way
__invoke: gives way
a generator: gives way
yield from: gives way
a Fiber: gives way
a deep recursion: gives way
__get: keeps its turn
__toString: keeps its turn
a destructor: keeps its turn
the garbage collector: keeps its turn
an autoloader: keeps its turn
