--TEST--
Waits inside of array_map, usort, destructors, generators, output callbacks; none while the garbage collector runs
--FILE--
<?php
use Swoole\Coroutine;
class Late { function __destruct() { Coroutine::sleep(0.001); echo "a destructor waited\n"; } }
class Cycle
{
    public $self;
    function __construct(public Closure $then) { $this->self = $this; }
    function __destruct() { ($this->then)(); }
}
function numbers() { foreach ([1, 2] as $number) { Coroutine::sleep(0.001); yield $number; } }
Co\run(function () {
    echo implode(array_map(function ($x) { Coroutine::sleep(0.001); return $x * 2; }, [1, 2, 3])), "\n";
    go(function () { $late = new Late; unset($late); echo "after it\n"; });
    foreach (numbers() as $number) { echo "generated $number\n"; }
    $lists = [[3, 1, 2], [6, 4, 5]];
    go(function () use (&$lists) { usort($lists[0], function ($x, $y) { Coroutine::sleep(0.001); return $x <=> $y; }); });
    go(function () use (&$lists) { usort($lists[1], function ($x, $y) { Coroutine::sleep(0.001); return $y <=> $x; }); });
    ob_start(function ($text) { Coroutine::sleep(0.001); return strtoupper($text); });
    echo "output\n";
    ob_end_flush();
    new Cycle(function () {
        try {
            Coroutine::sleep(0.001);
            echo "not reached\n";
        } catch (Swoole\Error $e) {
            echo $e->getMessage(), "\n";
        }
    });
    gc_collect_cycles();
    new Cycle(function () { go(function () { Coroutine::sleep(0.001); echo "a coroutine of its own may\n"; }); });
    gc_collect_cycles();
    Coroutine::sleep(0.05);
    echo json_encode($lists), "\n";
});
--EXPECT--
246
a destructor waited
after it
generated 1
generated 2
OUTPUT
a coroutine cannot wait in a destructor that the garbage collector runs
a coroutine of its own may
[[1,2,3],[6,5,4]]
