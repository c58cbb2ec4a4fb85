--TEST--
Facts about coroutines: ids, parents, lists, backtraces, elapsed time, options, Scheduler
--FILE--
<?php
use Swoole\Coroutine;
function inner() { Coroutine::yield(); }
var_dump(Coroutine::getOptions());
Coroutine::set(['max_coroutine' => 1000]);
echo json_encode(Coroutine::getOptions()), "\n";
Co\run(function () {
    $child = go(function () { inner(); });
    go(function () { var_dump(Coroutine::getPcid(), Coroutine::getPcid(99)); });
    echo json_encode(iterator_to_array(Coroutine::list())), ' ', get_class(Coroutine::listCoroutines()), "\n";
    echo implode(' ', array_column(Coroutine::getBackTrace($child), 'function')), ' | ', implode(' ', array_column(Coroutine::getBackTrace(), 'function')), "\n";
    Coroutine::printBackTrace($child);
    var_dump(Coroutine::getBackTrace(99), count(Coroutine::getBackTrace($child, 0, 1)));
    Coroutine::sleep(0.02);
    var_dump(Coroutine::getElapsed() >= 20, Coroutine::getElapsed(99), Coroutine::getStackUsage() > 100, Coroutine::getStackUsage($child) > 100, Coroutine::getStackUsage(99));
    Coroutine::resume($child);
    var_dump(Coroutine::exists($child), Coroutine::exists(1));
});
$scheduler = new Coroutine\Scheduler;
$scheduler->set(['max_coroutine' => 500]);
$scheduler->add(function (...$args) { Coroutine::sleep(0.001); echo json_encode($args), "\n"; }, 1, 'a');
$scheduler->parallel(2, function ($x) { echo "parallel $x\n"; }, 'y');
var_dump($scheduler->start(), $scheduler->getOptions()['max_coroutine']);
--EXPECTF--
NULL
{"max_coroutine":1000}
int(1)
bool(false)
[1,2] Swoole\Coroutine\Iterator
yield inner {closure%S} | {closure%S}
#0 %s(3): Swoole\Coroutine::yield()
#1 %s(8): inner()
#2 [internal function]: {closure%S}()
bool(false)
int(1)
bool(true)
int(0)
bool(true)
bool(true)
bool(false)
bool(false)
bool(true)
parallel y
parallel y
[1,"a"]
bool(true)
int(500)
