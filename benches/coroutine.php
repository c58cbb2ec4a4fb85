<?php
/**
 * What coroutines cost, beside PHP's Fiber doing the same in the same run. Prints a table in Markdown.
 *
 * usage: php -d extension=target/release/libswoole.so benches/coroutine.php [ROUNDS]
 *
 * Figures are processor time, so that what else runs on the machine counts little; of each measurement the best of ROUNDS (5) counts. The
 * loops around the calls are in the figures.
 */
use Swoole\Coroutine;
use Swoole\Coroutine\Channel;
use Swoole\Timer;

$rounds = (int) ($argv[1] ?? 5);

/** Nanoseconds of processor time that this process has used. */
function processor(): float
{
    $usage = getrusage();
    return ($usage['ru_utime.tv_sec'] + $usage['ru_stime.tv_sec']) * 1e9 + ($usage['ru_utime.tv_usec'] + $usage['ru_stime.tv_usec']) * 1e3;
}

/** Nanoseconds for one of so many, the best of all rounds. */
function best(int $rounds, int $count, callable $measure): float
{
    $best = INF;
    for ($i = 0; $i < $rounds; $i++) {
        $start = processor();
        $measure($count);
        $best = min($best, (processor() - $start) / $count);
    }
    return $best;
}

function resident(): int
{
    preg_match('/^VmRSS:\s+(\d+)/m', file_get_contents('/proc/self/status'), $match);
    return $match[1] * 1024;
}

function row(string $what, float $coroutine, ?float $fiber, ?float $goal, string $unit): void
{
    $show = fn(?float $value) => $value === null ? '–' : sprintf($value < 100 ? '%.1f %s' : '%.0f %s', $value, $unit);
    printf("| %s | %s | %s | %s |\n", $what, $show($coroutine), $show($fiber), $show($goal));
}

printf("| | coroutine | Fiber | goal |\n|---|---|---|---|\n");

$nothing = function () {};
Swoole\Coroutine::set(['hook_flags' => 0, 'max_coroutine' => 200000]);

$coroutine = best($rounds, 500000, function (int $count) use ($nothing) {
    for ($i = 0; $i < $count; $i++) {
        Coroutine::create($nothing);
    }
});
$fiber = best($rounds, 50000, function (int $count) use ($nothing) {
    for ($i = 0; $i < $count; $i++) {
        (new Fiber($nothing))->start();
    }
});
row('create and finish', $coroutine, $fiber, 200, 'ns');

$coroutine = best($rounds, 1000000, function (int $count) {
    $cid = Coroutine::create(function () use ($count) {
        for ($i = 0; $i < $count; $i++) {
            Coroutine::yield();
        }
    });
    for ($i = 0; $i < $count; $i++) {
        Coroutine::resume($cid);
    }
});
$fiber = best($rounds, 1000000, function (int $count) {
    $fiber = new Fiber(function () use ($count) {
        for ($i = 0; $i < $count; $i++) {
            Fiber::suspend();
        }
    });
    $fiber->start();
    for ($i = 0; $i < $count; $i++) {
        $fiber->resume();
    }
});
row('yield and resume', $coroutine, $fiber, 100, 'ns');

$coroutine = best($rounds, 300000, function (int $count) {
    Co\run(function () use ($count) {
        $there = new Channel(1);
        $back = new Channel(1);
        Coroutine::create(function () use ($there, $back) {
            while (($item = $there->pop()) !== false) {
                $back->push($item);
            }
        });
        for ($i = 1; $i <= $count; $i++) {
            $there->push($i);
            $back->pop();
        }
        $there->close();
    });
});
row('round trip over two channels', $coroutine, null, 220, 'ns');

$coroutine = best($rounds, 1000000, function (int $count) {
    Co\run(function () use ($count) {
        $channel = new Channel(1000);
        Coroutine::create(function () use ($channel, $count) {
            for ($i = 1; $i <= $count; $i++) {
                $channel->push($i);
            }
            $channel->close();
        });
        while ($channel->pop() !== false) {
        }
    });
});
row('item through a buffered channel (1,000)', $coroutine, null, 150, 'ns');

$coroutine = best($rounds, 100000, function (int $count) {
    Co\run(function () use ($count) {
        for ($i = 0; $i < 1000; $i++) {
            Coroutine::create(function () use ($count) {
                for ($j = 0; $j < $count / 1000; $j++) {
                    Coroutine::sleep(0.001);
                }
            });
        }
    });
});
row('a sleep of 1 ms and its wake-up, 1,000 side by side', $coroutine / 1000, null, 4, 'µs');

/** Nanoseconds for a call of one of ten ticking timers, while so many others wait for their time. */
$tick = function (int $waiting) use ($rounds): float {
    $best = INF;
    Co\run(function () use ($waiting, $rounds, &$best) {
        for ($i = 0; $i < $waiting; $i++) {
            Timer::after(3600000 + 7919 * $i % 1000000, function () {});
        }
        for ($round = 0; $round < $rounds; $round++) {
            $calls = 0;
            $start = processor();
            $bench = Coroutine::getCid();
            for ($i = 0; $i < 10; $i++) {
                $ids[$i] = Timer::tick(1, function () use (&$calls, $bench) {
                    if (++$calls === 5000) {
                        Coroutine::resume($bench);
                    }
                });
            }
            Coroutine::yield();
            $best = min($best, (processor() - $start) / $calls);
            array_map(Timer::clear(...), $ids);
        }
        Timer::clearAll();
    });
    return $best;
};
row('a timer\'s call, ten live', $tick(0), null, null, 'ns');
row('a timer\'s call, 100,000 live', $tick(100000), null, null, 'ns');

gc_collect_cycles();
$many = 100000;
$before = resident();
$start = processor();
for ($i = 0; $i < $many; $i++) {
    $cids[] = Coroutine::create(function () {
        Coroutine::yield();
    });
}
$created = (processor() - $start) / $many;
$each = (resident() - $before) / $many;
$maps = substr_count(file_get_contents('/proc/self/maps'), "\n");
$start = processor();
foreach ($cids as $cid) {
    Coroutine::resume($cid);
}
$resumed = (processor() - $start) / $many;
row('memory of a suspended one, of 100,000', $each / 1024, null, 9, 'KiB');
row('creating each of them, stacks not yet touched', $created / 1000, null, null, 'µs');
row('resuming and ending each of them', $resumed / 1000, null, null, 'µs');
printf("\n%d mappings with 100,000 suspended; %d left after the resume.\n", $maps, Coroutine::stats()['coroutine_num']);
