--TEST--
Row 68: exec(): status, signal, output large and small; cancelled commands leave no zombie
--FILE--
<?php
use Swoole\Coroutine\System;

/** The children of this process, zombies too. */
function children(): string
{
    return trim(file_get_contents('/proc/self/task/' . getmypid() . '/children'));
}

Co\run(function () {
    echo "-- status and output\n";
    var_dump(System::exec('echo one; echo two; exit 3'));
    var_dump(Co::exec('kill -9 $$'));
    var_dump(System::exec('true')['output'], System::exec('no-such-command-here 2>/dev/null')['code']);

    echo "-- error output\n";
    var_dump(System::exec('echo out; echo err >&2', true)['output'], System::exec('echo out; echo err 2>/dev/null >&2')['output']);

    echo "-- a large output\n";
    $large = System::exec('head -c 3000000 /dev/zero | tr "\0" x');
    var_dump($large['code'], $large['output'] === str_repeat('x', 3000000));

    echo "-- others run meanwhile\n";
    $begin = microtime(true);
    $results = Swoole\Coroutine\batch(array_fill(0, 5, fn() => System::exec('sleep 0.2; echo done')['output']));
    var_dump(implode($results) === str_repeat("done\n", 5), microtime(true) - $begin < 0.9);

    echo "-- refused\n";
    var_dump(System::exec(''), System::exec("a\0b"), swoole_last_error());

    echo "-- cancelled, while it prints and after\n";
    foreach (['sleep 1000; true', 'exec >&-; sleep 1000; true'] as $command) {
        $cid = go(function () use ($command) {
            var_dump(System::exec($command), swoole_last_error());
        });
        Co::sleep(0.05);
        var_dump(children() !== '');
        Co::cancel($cid);
        for ($i = 0; children() !== '' && $i < 1000; $i++) {
            Co::sleep(0.005);
        }
        var_dump(children());
    }
    try {
        $cid = go(function () {
            try {
                System::exec('sleep 1000');
            } catch (Swoole\Coroutine\CanceledException) {
                echo "thrown\n";
            }
        });
        Co::cancel($cid, true);
    } finally {
        for ($i = 0; children() !== '' && $i < 1000; $i++) {
            Co::sleep(0.005);
        }
        var_dump(children());
    }
});
?>
--EXPECTF--
-- status and output
array(3) {
  ["code"]=>
  int(3)
  ["signal"]=>
  int(0)
  ["output"]=>
  string(8) "one
two
"
}
array(3) {
  ["code"]=>
  int(0)
  ["signal"]=>
  int(9)
  ["output"]=>
  string(0) ""
}
string(0) ""
int(127)
-- error output
string(8) "out
err
"
string(4) "out
"
-- a large output
int(0)
bool(true)
-- others run meanwhile
bool(true)
bool(true)
-- refused

Warning: Swoole\Coroutine\System::exec(): the command is empty in %s on line %d
bool(false)
bool(false)
int(22)
-- cancelled, while it prints and after
bool(true)
bool(false)
int(10017)
string(0) ""
bool(true)
bool(false)
int(10017)
string(0) ""
thrown
string(0) ""
