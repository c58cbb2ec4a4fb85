--TEST--
Swoole\Table: processes that fill a table in huge pages and are killed meanwhile leave every row whole, and all rows to be used
--EXTENSIONS--
posix
--SKIPIF--
<?php if (!function_exists('pcntl_fork') || getenv('USE_ZEND_ALLOC') === '0') die('skip needs pcntl, and not to be slowed down'); ?>
--FILE--
<?php
const ROWS = 4000;
$table = new Swoole\Table(1 << 14);
$table->column('number', Swoole\Table::TYPE_INT);
$table->column('text', Swoole\Table::TYPE_STRING, 900);
$table->create();
$done = [new Swoole\Atomic\Long(-1), new Swoole\Atomic\Long(-1), new Swoole\Atomic\Long(-1)];

function row(int $worker, int $number): array
{
    return ['number' => $number, 'text' => str_repeat(chr(65 + ($number + $worker) % 26), $number % 900)];
}

function start(int $worker): int
{
    global $table, $done;
    if (($pid = pcntl_fork()) === 0) {
        for ($number = $done[$worker]->get() + 1; $number < ROWS; $number++) {
            $table->set("$worker-$number", row($worker, $number));
            $done[$worker]->set($number);
        }
        exit;
    }
    return $pid;
}

$running = [];
foreach ($done as $worker => $_) {
    $running[start($worker)] = $worker;
}
for ($killed = 0; $running;) {
    $pid = array_rand($running);
    if ($killed < 60) {
        // Between two kills something is done.
        $before = $done[$running[$pid]]->get();
        while ($done[$running[$pid]]->get() < min($before + 50, ROWS - 1)) {
            usleep(100);
        }
        posix_kill($pid, SIGKILL);
    }
    pcntl_waitpid($pid, $status);
    $worker = $running[$pid];
    unset($running[$pid]);
    if (pcntl_wifsignaled($status)) {
        $killed++;
        $running[start($worker)] = $worker;
    }
}
$wrong = 0;
foreach ($done as $worker => $_) {
    for ($number = 0; $number < ROWS; $number++) {
        $wrong += (int) ($table->get("$worker-$number") !== row($worker, $number));
    }
}
var_dump($killed > 0, $wrong, count($table), iterator_count($table), $table->stats()['num']);
for ($more = 0; @$table->set("more $more", []); $more++);
var_dump(count($table) === $table->stats()['total_slice_num']);
?>
--EXPECT--
bool(true)
int(0)
int(12000)
int(12000)
int(12000)
bool(true)
