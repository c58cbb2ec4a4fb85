--TEST--
Swoole\Lock: the next one gets the lock of a process that was killed, with a notice
--SKIPIF--
<?php if (!function_exists('pcntl_fork')) die('skip needs pcntl'); ?>
--FILE--
<?php
foreach (['MUTEX', 'RWLOCK', 'SPINLOCK'] as $type) {
    echo "-- $type\n";
    $lock = new Swoole\Lock(constant("Swoole\\Lock::$type"));
    $held = new Swoole\Atomic();
    if (($pid = pcntl_fork()) === 0) {
        $lock->lock();
        $held->wakeup();
        (new Swoole\Atomic())->wait(-1);
    }
    $held->wait(20);
    // Not reaped yet: a zombie holds nothing either.
    kill($pid);
    var_dump($lock->lock(LOCK_EX, 20));
    var_dump($lock->unlock(), $lock->lock(), $lock->unlock());
    pcntl_waitpid($pid, $status);
    var_dump(pcntl_wtermsig($status) === SIGKILL);
}

function kill(int $pid): void
{
    if (pcntl_fork() === 0) {
        pcntl_exec('/bin/sh', ['-c', "kill -9 $pid"]);
    }
}
?>
--EXPECTF--
-- MUTEX

Notice: Swoole\Lock::lock(): the process that held the lock has ended without unlock(): what it guards may be half done in %s on line %d
bool(true)
bool(true)
bool(true)
bool(true)
bool(true)
-- RWLOCK

Notice: Swoole\Lock::lock(): the process that held the lock has ended without unlock(): what it guards may be half done in %s on line %d
bool(true)
bool(true)
bool(true)
bool(true)
bool(true)
-- SPINLOCK

Notice: Swoole\Lock::lock(): the process that held the lock has ended without unlock(): what it guards may be half done in %s on line %d
bool(true)
bool(true)
bool(true)
bool(true)
bool(true)
