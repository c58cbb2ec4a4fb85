--TEST--
Swoole\Atomic: processes count together and wake one another
--SKIPIF--
<?php if (!function_exists('pcntl_fork')) die('skip needs pcntl'); ?>
--FILE--
<?php
$atomic = new Swoole\Atomic();
$long = new Swoole\Atomic\Long();
$go = new Swoole\Atomic();
$pids = [];
for ($i = 0; $i < 4; $i++) {
    if (($pid = pcntl_fork()) === 0) {
        $woken = $go->wait(20);
        $go->wakeup();
        for ($n = 0; $n < 10000; $n++) {
            $atomic->add(1);
            $long->sub(2);
        }
        exit($woken ? 0 : 1);
    }
    $pids[] = $pid;
}
$go->wakeup();
foreach ($pids as $pid) {
    pcntl_waitpid($pid, $status);
    echo pcntl_wexitstatus($status);
}
echo "\n";
var_dump($atomic->get(), $long->get());
?>
--EXPECT--
0000
int(40000)
int(-80000)
