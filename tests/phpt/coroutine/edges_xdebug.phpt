--TEST--
The same with Xdebug, all of its modes on; what it sees of coroutines
--INI--
zend_extension=xdebug
xdebug.mode=develop,debug,coverage,gcstats,trace,profile
xdebug.start_with_request=no
xdebug.max_nesting_level=4096
--SKIPIF--
<?php
if (!is_file(ini_get('extension_dir') . '/xdebug.so')) die('skip no Xdebug');
--FILE--
<?php
use Swoole\Coroutine;

/** An exception that Xdebug has seen or not: where it keeps its own text of one differs between its versions. */
function thrown(string $text): array
{
    try {
        (function () use ($text) { throw new Exception($text); })();
    } catch (Exception $e) {
        return [$e->getMessage(), isset($e->xdebug_message)];
    }
}
$outside = thrown('with its trace');

xdebug_start_code_coverage();
const XDEBUG = true;
require __DIR__ . '/edges.inc';
$lines = xdebug_get_code_coverage()[__DIR__ . '/edges.inc'];
echo count(array_filter($lines, fn($hits) => $hits > 0)) > 30 ? "covered\n" : "not covered\n";
xdebug_stop_code_coverage();

function inner(): void
{
    Coroutine::sleep(0.01);
    echo implode(' ', array_column(xdebug_get_function_stack(), 'function')), "\n";
}
function other(): void
{
    Coroutine::sleep(0.001);
    echo implode(' ', array_column(xdebug_get_function_stack(), 'function')), "\n";
}
Co\run(function () use ($outside) {
    go('inner');
    go('other');
    Coroutine::sleep(0.02);
    echo thrown('with its trace') === $outside ? "an exception as outside\n" : "another exception\n";
});
--EXPECTF--
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
covered
{fiber:%s} other
{fiber:%s} inner
an exception as outside
a coroutine cannot wait any more: the script is ending
