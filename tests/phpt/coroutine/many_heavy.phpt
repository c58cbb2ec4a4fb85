--TEST--
Where each guard costs a mapping: the limit is a clear error, and those that run go on
--EXTENSIONS--
ffi
--SKIPIF--
<?php
if (getenv('USE_ZEND_ALLOC') === '0') die('skip valgrind looks through a list of all stacks at each switch');
if (php_uname('m') !== 'x86_64') die('skip the filter is written for x86_64');
if ((int) file_get_contents('/proc/sys/vm/max_map_count') < 65530) die('skip vm.max_map_count is below its default');
--FILE--
<?php
require __DIR__ . '/../include/child.php';
// As on a kernel before 6.13: madvise() does not know the advice MADV_GUARD_INSTALL. The filter holds for child processes, too.
$c = FFI::cdef('
    struct filter { uint16_t code; uint8_t yes, no; uint32_t value; };
    struct program { uint16_t length; struct filter *filters; };
    int prctl(int option, unsigned long a, void *b, unsigned long c, unsigned long d);
');
const NO_NEW_PRIVS = 38, SECCOMP = 22, MODE_FILTER = 2;
const LOAD = 0x20, IF_EQUAL = 0x15, RETURNS = 0x06, ALLOW = 0x7fff0000, FAIL_WITH_EINVAL = 0x00050016;
$steps = [
    [LOAD, 0, 0, 0], // the number of the system call
    [IF_EQUAL, 0, 3, 28], // madvise
    [LOAD, 0, 0, 32], // its third argument
    [IF_EQUAL, 0, 1, 102],
    [RETURNS, 0, 0, FAIL_WITH_EINVAL],
    [RETURNS, 0, 0, ALLOW],
];
$filters = $c->new('struct filter[' . count($steps) . ']');
foreach ($steps as $i => $step) {
    [$filters[$i]->code, $filters[$i]->yes, $filters[$i]->no, $filters[$i]->value] = $step;
}
$program = $c->new('struct program');
$program->length = count($steps);
$program->filters = FFI::addr($filters[0]);
var_dump($c->prctl(NO_NEW_PRIVS, 1, null, 0, 0), $c->prctl(SECCOMP, MODE_FILTER, $c->cast('void *', FFI::addr($program)), 0, 0));
child(<<<'PHP'
<?php
ini_set('memory_limit', '512M');
$count = 0;
$wait = function () use (&$count) { Co::yield(); $count++; };
$cids = [];
while ($cid = go($wait)) {
    $cids[] = $cid;
}
$mappings = count(file('/proc/self/maps'));
echo count($cids), ' coroutines, ', $mappings > 30000 && $mappings < 65000 ? 'mappings are left' : "$mappings mappings", "\n";
foreach ($cids as $cid) {
    Co::resume($cid);
}
var_dump($count, go($wait) > 0);
Co::resume(Swoole\Coroutine::stats()['coroutine_last_cid']);
var_dump($count);
PHP);
--EXPECTF--
int(0)
int(0)

Warning: go(): failed to create a coroutine: no more stacks can be guarded: this kernel needs a mapping for each (vm.max_map_count), newer ones (6.13) do not in %s on line %d
30000 coroutines, mappings are left
int(30000)
bool(true)
int(30001)

-- status 0
