--TEST--
The same with opcache and its tracing JIT
--INI--
swoole.enable_preemptive_scheduler=On
zend_extension=opcache
opcache.enable_cli=1
opcache.jit=tracing
opcache.jit_hot_loop=2
opcache.jit_hot_func=2
opcache.jit_buffer_size=32M
--SKIPIF--
<?php
if (!is_file(ini_get('extension_dir') . '/opcache.so')) die('skip no opcache');
--FILE--
<?php
error_reporting(E_ALL & ~E_DEPRECATED);
var_dump(opcache_get_status()['jit']['on']);
require __DIR__ . '/preempt.inc';
--EXPECT--
bool(true)
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
