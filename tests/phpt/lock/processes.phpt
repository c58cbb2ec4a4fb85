--TEST--
Swoole\Lock: what it guards is never seen half done, by readers neither
--SKIPIF--
<?php if (!function_exists('pcntl_fork')) die('skip needs pcntl'); ?>
--FILE--
<?php
foreach (['MUTEX', 'RWLOCK', 'SPINLOCK'] as $type) {
    $lock = new Swoole\Lock(constant("Swoole\\Lock::$type"));
    [$a, $b] = [new Swoole\Atomic\Long(), new Swoole\Atomic\Long()];
    $pids = [];
    for ($i = 0; $i < 4; $i++) {
        if (($pid = pcntl_fork()) === 0) {
            $wrong = 0;
            for ($n = 0; $n < 3000; $n++) {
                if ($n % 3) {
                    $lock->lock(LOCK_SH);
                    $wrong += (int) ($a->get() !== $b->get());
                } else {
                    $lock->lock();
                    // Not atomic on purpose.
                    $a->set($a->get() + 1);
                    $b->set($b->get() + 1);
                }
                $lock->unlock();
            }
            exit(min($wrong, 255));
        }
        $pids[] = $pid;
    }
    foreach ($pids as $pid) {
        pcntl_waitpid($pid, $status);
        echo pcntl_wexitstatus($status), ' ';
    }
    echo $a->get(), ' ', $b->get(), "\n";
}
?>
--EXPECT--
0 0 0 0 4000 4000
0 0 0 0 4000 4000
0 0 0 0 4000 4000
