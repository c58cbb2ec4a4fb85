--TEST--
100,000 coroutines suspended at once, then all resumed: mappings and memory
--INI--
memory_limit=512M
--SKIPIF--
<?php
if (getenv('USE_ZEND_ALLOC') === '0') die('skip valgrind looks through a list of all stacks at each switch');
if (version_compare(php_uname('r'), '6.13', '<')) die('skip this kernel has no lightweight guard pages');
--FILE--
<?php
const MANY = 100000;
/** Bytes of memory that this process has. */
function resident(): int { return explode(' ', file_get_contents('/proc/self/statm'))[1] * 4096; }
function mappings(): int { return count(file('/proc/self/maps')); }

Swoole\Coroutine::set(['max_coroutine' => 2 * MANY]);
$count = 0;
$wait = function () use (&$count) { Co::yield(); $count++; };
go($wait);
Co::resume(1);
$cids = array_fill(0, MANY, 0);
$before = resident();
for ($i = 0; $i < MANY; $i++) {
    $cids[$i] = go($wait);
}
$each = (resident() - $before) / MANY / 1024;
// a page of the C stack, one of the VM stack, and what is kept of it
echo $each > 8 && $each < 9.5 ? "8 to 9.5 KiB each\n" : "$each KiB each\n";
var_dump(Swoole\Coroutine::stats()['coroutine_num'], mappings() < 2000, mappings() < (int) file_get_contents('/proc/sys/vm/max_map_count'));
foreach ($cids as $cid) {
    Co::resume($cid);
}
var_dump($count, Swoole\Coroutine::stats()['coroutine_num'], Swoole\Coroutine::stats()['coroutine_peak_num']);
// most of it is given back
echo (resident() - $before) / MANY / 1024 < 2 ? "given back\n" : "kept\n";
--EXPECT--
8 to 9.5 KiB each
int(100000)
bool(true)
bool(true)
int(100001)
int(0)
int(100000)
given back
