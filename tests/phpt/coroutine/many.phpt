--TEST--
100,000 coroutines suspended at once, then all resumed
--INI--
memory_limit=512M
--SKIPIF--
<?php
if (version_compare(php_uname('r'), '6.13', '<')) die('skip this kernel has no lightweight guard pages');
--FILE--
<?php
Swoole\Coroutine::set(['max_coroutine' => 200000]);
$count = 0;
for ($i = 0; $i < 100000; $i++) {
    $cids[] = go(function () use (&$count) { Co::yield(); $count++; });
}
var_dump(Swoole\Coroutine::stats()['coroutine_num'], count(file('/proc/self/maps')) < 2000);
foreach ($cids as $cid) {
    Co::resume($cid);
}
var_dump($count, Swoole\Coroutine::stats()['coroutine_num'], Swoole\Coroutine::stats()['coroutine_peak_num']);
--EXPECT--
int(100000)
bool(true)
int(100000)
int(0)
int(100000)
