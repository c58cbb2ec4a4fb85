--TEST--
The same with opcache and its tracing JIT
--INI--
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
var_dump(opcache_get_status()['jit']['on']);
const XDEBUG = false;
require __DIR__ . '/edges.inc';
--EXPECT--
bool(true)
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
