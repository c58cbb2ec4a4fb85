--TEST--
Coroutines are found by their ids, however far apart these are and whoever has ended between them
--FILE--
<?php
use Swoole\Coroutine;

Coroutine::set(['max_coroutine' => 100000]);
$woken = [];
$kept = [];
// Of 20,000 every 64th, every 1,000th and 300 in a row stay, so that ids meet that are alike in their low bits.
for ($i = 1; $i <= 20000; $i++) {
    $stays = $i % 64 === 0 || $i % 1000 === 0 || ($i > 5000 && $i <= 5300);
    $cid = Coroutine::create(function () use ($stays, &$woken) {
        if ($stays) {
            Coroutine::yield();
            $woken[] = Coroutine::getCid();
        }
    });
    if ($stays) {
        $kept[] = $cid;
    }
}
var_dump(Coroutine::stats()['coroutine_num'] === count($kept));
var_dump(iterator_to_array(Coroutine::list(), false) === $kept);
foreach ($kept as $cid) {
    if (!Coroutine::exists($cid) || Coroutine::exists($cid + 20000)) {
        echo "not found: $cid\n";
    }
}

mt_srand(3);
$order = $kept;
shuffle($order);
foreach ($order as $at => $cid) {
    if (!Coroutine::resume($cid) || Coroutine::exists($cid)) {
        echo "not resumed: $cid\n";
    }
    // the others are still there
    $next = $order[$at + 1] ?? null;
    if ($next !== null && !Coroutine::exists($next)) {
        echo "lost: $next\n";
    }
}
var_dump($woken === $order, Coroutine::stats()['coroutine_num']);
foreach ([0, -1, PHP_INT_MIN, PHP_INT_MAX, 20001] as $none) {
    var_dump(Coroutine::exists($none));
}
?>
--EXPECT--
bool(true)
bool(true)
bool(true)
int(0)
bool(false)
bool(false)
bool(false)
bool(false)
bool(false)
