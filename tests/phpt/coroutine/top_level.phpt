--TEST--
Row 58: go() at top level runs at once, and what is left runs at the end of the script, after shutdown functions
--FILE--
<?php
$first = go(function () {
    echo "runs at once\n";
    Co::sleep(0.001);
    echo "runs at the end\n";
});
register_shutdown_function(function () { echo "shutdown function\n"; });
echo "first is $first\n";
Co\run(function () {});
var_dump(Swoole\Coroutine::stats()['coroutine_last_cid'], go(function () { Co::sleep(0.001); }));
echo "end of script\n";
--EXPECTF--
runs at once
first is 1
runs at the end
int(2)
int(3)
end of script
shutdown function

Deprecated: swoole_event_rshutdown(): Event::wait() in shutdown function is deprecated in %s on line %d
