--TEST--
Row 62: what ends the process: an exception, exit(), a fatal error
--FILE--
<?php
require __DIR__ . '/../include/child.php';
child(<<<'PHP'
<?php
class Held { function __destruct() { echo "a destructor\n"; } }
register_shutdown_function(function () { echo "a shutdown function\n"; });
Co\run(function () {
    go(function () { $held = new Held; try { Co::sleep(5); } finally { echo "a finally block\n"; } });
    try {
        go(function () { throw new Exception('nobody catches this'); });
    } catch (Throwable) {
        echo "caught\n";
    }
    echo "not reached\n";
});
echo "not reached\n";
PHP);
child(<<<'PHP'
<?php
Co\run(function () {
    go(function () {
        try {
            exit(3);
        } catch (Swoole\ExitException $e) {
            echo $e->getMessage(), ' ', var_export($e->getStatus(), true), ' ', $e->getFlags(), "\n";
        }
    });
    go(function () { Co::sleep(0.001); exit('text'); });
    Co::sleep(5);
});
PHP);
child(<<<'PHP'
<?php
register_shutdown_function(function () { echo "a shutdown function\n"; });
Co\run(function () {
    go(function () { Co::sleep(5); });
    go(function () { Co::sleep(0.001); @trigger_error('fatal', E_USER_ERROR); });
    Co::sleep(5);
});
PHP);
child(<<<'PHP'
<?php
set_exception_handler(function (Throwable $e) { echo 'handler: ', $e->getMessage(), "\n"; });
Co\run(function () { Co::sleep(0.001); throw new Exception('for the handler'); });
PHP);
child(<<<'PHP'
<?php
go(function () { Co::sleep(0.001); echo "not reached\n"; });
throw new Exception('in the main script');
PHP);
--EXPECTF--
Fatal error: Uncaught Exception: nobody catches this in %s:7
Stack trace:
#0 [internal function]: {closure%S}()
#1 {main}
  thrown in %s on line 7
a shutdown function
a finally block
a destructor

-- status 255
swoole exit 3 2

Fatal error: Uncaught Swoole\ExitException: swoole exit in %s:10
Stack trace:
%A
  thrown in %s on line 10

-- status 255

Fatal error: fatal in %s on line 5
a shutdown function

-- status 255
handler: for the handler

-- status 255

Fatal error: Uncaught Exception: in the main script in %s:3
Stack trace:
#0 {main}
  thrown in %s on line 3

-- status 255
