--TEST--
Swoole\Atomic: wakeup(n) lets as many go on, of whom one has taken the signal
--SKIPIF--
<?php if (!function_exists('pcntl_fork')) die('skip needs pcntl'); ?>
--FILE--
<?php
$start = new Swoole\Atomic();
$ready = new Swoole\Atomic();
$pids = [];
for ($i = 0; $i < 4; $i++) {
    if (($pid = pcntl_fork()) === 0) {
        $ready->add();
        exit($start->wait(-1) ? 1 : 0);
    }
    $pids[] = $pid;
}
foreach ($pids as $pid) {
    // Behind add() there is nothing but wait() that sleeps.
    while ($ready->get() < 4 || !str_contains(file_get_contents("/proc/$pid/stat"), ') S ')) {
        usleep(1000);
    }
}
$start->wakeup(4);
$took = 0;
foreach ($pids as $pid) {
    pcntl_waitpid($pid, $status);
    $took += pcntl_wexitstatus($status);
}
var_dump($took, $start->get());
?>
--EXPECT--
int(1)
int(0)
