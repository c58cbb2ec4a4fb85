--TEST--
WaitGroup, Barrier, Lock, batch, map, parallel
--FILE--
<?php
use Swoole\Coroutine;
use Swoole\Coroutine\{WaitGroup, Barrier, Lock};
Co\run(function () {
    $group = new WaitGroup(1);
    $group->add();
    foreach ([1, 2] as $number) {
        $members[] = go(function () use ($group, $number) { Coroutine::yield(); Coroutine::sleep($number / 100); echo "$number is done\n"; $group->done(); });
    }
    var_dump($group->count(), $group->wait(0.001));
    array_map('Swoole\\Coroutine::resume', $members);
    var_dump($group->wait(), $group->wait());
    try {
        $group->done();
    } catch (InvalidArgumentException $e) {
        echo $e->getMessage(), "\n";
    }

    $barrier = Barrier::make();
    foreach ([2, 1] as $ms) {
        go(function () use ($barrier, $ms) { Coroutine::sleep($ms / 100); echo "$ms has passed\n"; });
    }
    Barrier::wait($barrier);
    var_dump($barrier);
    $alone = Barrier::make();
    Barrier::wait($alone);

    $lock = new Lock;
    var_dump($lock->lock(), $lock->lock());
    go(function () use ($lock) {
        var_dump($lock->lock(LOCK_EX | LOCK_NB), $lock->errCode);
        $lock->lock();
        echo "the other has it\n";
        $lock->unlock();
    });
    $lock->unlock();
    echo "still held\n";
    $lock->unlock();

    $start = microtime(true);
    echo json_encode(Coroutine\batch(['a' => fn() => 1, 'b' => function () { Coroutine::sleep(0.02); return 2; }, 'c' => function () { Coroutine::sleep(60); }], 0.1)), "\n";
    echo json_encode(Coroutine\map(['x' => 1, 'y' => 2], function ($n) { Coroutine::sleep(0.02); return $n * 10; })), "\n";
    $count = $together = 0;
    Coroutine\parallel(5, function () use (&$count, &$together) { $together += $count === 0; Coroutine::sleep(0.02); $count++; });
    var_dump($count, $together, microtime(true) - $start < 30);
    Coroutine::cancel(max(iterator_to_array(Coroutine::list())));
});
--EXPECT--
int(2)
bool(false)
1 is done
2 is done
bool(true)
bool(true)
WaitGroup misuse: negative counter
1 has passed
2 has passed
NULL
bool(true)
bool(true)
bool(false)
int(16)
still held
the other has it
{"a":1,"b":2,"c":null}
{"x":10,"y":20}
int(5)
int(5)
bool(true)
