--TEST--
Swoole\Process::start() in a coroutine is fatal (row 61)
--FILE--
<?php
require __DIR__ . '/../include/child.php';
child('<?php
go(function () {
    try {
        (new Swoole\Process(fn() => print "started"))->start();
    } catch (Throwable $error) {
        echo "caught";
    } finally {
        echo "not reached";
    }
});
echo "not reached";
');
?>
--EXPECTF--
%AFatal error: Uncaught Swoole\Error: must be forked outside the coroutine in %s
%A
-- status 255
