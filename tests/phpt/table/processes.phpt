--TEST--
Swoole\Table: processes write and read one table, and a killed one does no harm
--SKIPIF--
<?php if (!function_exists('pcntl_fork')) die('skip needs pcntl'); ?>
--FILE--
<?php
$table = new Swoole\Table(1024);
$table->column('n', Swoole\Table::TYPE_INT);
$table->column('text', Swoole\Table::TYPE_STRING, 100);
$table->column('sum', Swoole\Table::TYPE_INT);
$table->create();
$go = new Swoole\Atomic();
$work = function (int $seed, bool $endless) use ($table): int {
    mt_srand($seed);
    $torn = 0;
    for ($i = 0; $endless || $i < 3000; $i++) {
        $key = 'k' . mt_rand(0, 20);
        $text = str_repeat(chr(mt_rand(65, 90)), mt_rand(0, 100));
        $table->set($key, ['text' => $text, 'sum' => crc32($text)]);
        $row = $table->get('k' . mt_rand(0, 20));
        $torn += (int) ($row && $row['sum'] !== crc32($row['text']));
        $endless || $table->incr('count', 'n');
    }
    return min($torn, 255);
};
$pids = [];
for ($i = 0; $i < 5; $i++) {
    if (($pid = pcntl_fork()) === 0) {
        if ($i === 0) {
            pcntl_alarm(1);
            $work($i, true);
        }
        exit($work($i, false));
    }
    $pids[] = $pid;
}
foreach ($pids as $pid) {
    pcntl_waitpid($pid, $status);
    echo pcntl_wifsignaled($status) ? 'killed ' : pcntl_wexitstatus($status) . ' ';
}
echo "\n";
var_dump($table->get('count', 'n'));
foreach ($table as $key => $row) {
    if ($row['sum'] !== crc32($row['text']) && $key !== 'count') {
        echo "$key is torn\n";
    }
}
?>
--EXPECT--
killed 0 0 0 0 
int(12000)
