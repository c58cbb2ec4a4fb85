--TEST--
Row 66: max_coroutine
--FILE--
<?php
Swoole\Coroutine::set(['max_coroutine' => 2]);
Co\run(function () {
    var_dump(go(function () { Co::sleep(0.001); }));
    var_dump(go(function () { echo "not run\n"; }));
    Co::sleep(0.005);
    var_dump(go(function () { echo "run\n"; }));
});
--EXPECTF--
int(2)

Warning: go(): exceed max number of coroutine 2 in %s on line %d
bool(false)
run
int(3)
