<?php

/**
 * What calls of Swoole\Table, Swoole\Atomic and Swoole\Lock cost, in nanoseconds, beside what they may cost. Prints a table in Markdown.
 *
 * usage: php -n -d extension=PATH benches/memory.php [rounds]     each figure is the best of so many rounds, 5 by default
 *
 * The table has 200,000 rows of an int, a string of 64 bytes and a float; keys come in random order. The loop around a call is part of its figure.
 */

const ROWS = 200_000;
const CALLS = 2_000_000;
/** Nanoseconds. Of the table: 0.7 of what Swoole 6.2.2 takes on two cores; of the others what it takes. */
const LIMITS = [
    'set' => 490, 'get row' => 497, 'get field' => 430, 'incr' => 427, 'miss' => 203, 'iterate' => 311, 'del' => 427,
    'Atomic::add' => 15, 'lock and unlock' => 24,
    // PHP's own part in such a pair, for comparison.
    'two calls of ArrayObject::count' => null,
];

$rounds = max(1, (int) ($argv[1] ?? 5));
$best = array_fill_keys(array_keys(LIMITS), INF);
$took = function (string $what, int $calls, int $begun) use (&$best): void {
    $best[$what] = min($best[$what], (hrtime(true) - $begun) / $calls);
};

mt_srand(7);
/** Keys in random order. Each is a string just made, as in a program, so that what is measured is the table and not cold strings. */
$random = function (string $prefix): array {
    $numbers = range(0, ROWS - 1);
    shuffle($numbers);
    return array_map(fn(int $number): string => "$prefix:$number", $numbers);
};
$others = $random('none');
$text = str_repeat('x', 64);

for ($round = 0; $round < $rounds; $round++) {
    $table = new Swoole\Table(ROWS);
    $table->column('number', Swoole\Table::TYPE_INT);
    $table->column('text', Swoole\Table::TYPE_STRING, 64);
    $table->column('float', Swoole\Table::TYPE_FLOAT);
    $table->create();
    foreach ($random('user') as $key) {
        $table->set($key, ['number' => 0, 'text' => '', 'float' => 0.0]);
    }
    $keys = $random('user');

    $begun = hrtime(true);
    foreach ($keys as $i => $key) {
        $table->set($key, ['number' => $i, 'text' => $text, 'float' => 1.5]);
    }
    $took('set', ROWS, $begun);

    $begun = hrtime(true);
    foreach ($keys as $key) {
        $row = $table->get($key);
    }
    $took('get row', ROWS, $begun);
    if ($row['text'] !== $text) {
        exit("get: a wrong row\n");
    }

    $begun = hrtime(true);
    foreach ($keys as $key) {
        $table->get($key, 'number');
    }
    $took('get field', ROWS, $begun);

    $begun = hrtime(true);
    foreach ($keys as $key) {
        $table->incr($key, 'number');
    }
    $took('incr', ROWS, $begun);

    $begun = hrtime(true);
    foreach ($others as $key) {
        $table->get($key);
    }
    $took('miss', ROWS, $begun);

    $rows = 0;
    $begun = hrtime(true);
    foreach ($table as $key => $row) {
        $rows++;
    }
    $took('iterate', ROWS, $begun);
    if ($rows !== ROWS) {
        exit("foreach: $rows rows\n");
    }

    $begun = hrtime(true);
    foreach ($keys as $key) {
        $table->del($key);
    }
    $took('del', ROWS, $begun);
    if (count($table) !== 0) {
        exit("del: rows are left\n");
    }

    $atomic = new Swoole\Atomic();
    $begun = hrtime(true);
    for ($i = 0; $i < CALLS; $i++) {
        $atomic->add(1);
    }
    $took('Atomic::add', CALLS, $begun);

    $lock = new Swoole\Lock();
    $begun = hrtime(true);
    for ($i = 0; $i < CALLS; $i++) {
        $lock->lock();
        $lock->unlock();
    }
    $took('lock and unlock', CALLS, $begun);

    $object = new ArrayObject();
    $begun = hrtime(true);
    for ($i = 0; $i < CALLS; $i++) {
        $object->count();
        $object->count();
    }
    $took('two calls of ArrayObject::count', CALLS, $begun);
}

echo "| call | ns | at most | |\n|---|---:|---:|---|\n";
$missed = 0;
foreach (LIMITS as $what => $limit) {
    $late = $limit !== null && $best[$what] > $limit;
    $missed += (int) $late;
    printf("| %s | %.1f | %s | %s |\n", $what, $best[$what], $limit, $late ? 'missed' : '');
}
exit($missed > 0 ? 1 : 0);
