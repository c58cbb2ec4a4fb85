--TEST--
Swoole\Lock: an error handler that makes the notice of a dead holder an exception leaves the lock free
--SKIPIF--
<?php if (!function_exists('pcntl_fork')) die('skip needs pcntl'); ?>
--FILE--
<?php
set_error_handler(fn(int $level, string $text) => throw new ErrorException($text, 0, $level));
foreach (['MUTEX', 'RWLOCK', 'SPINLOCK'] as $type) {
    $lock = new Swoole\Lock(constant("Swoole\\Lock::$type"));
    if (pcntl_fork() === 0) {
        $lock->lock();
        pcntl_exec('/bin/true');
    }
    pcntl_wait($status);
    try {
        $lock->lock();
    } catch (ErrorException $error) {
        echo "$type: ", strstr($error->getMessage(), ' has', true), "\n";
    }
    if (pcntl_fork() === 0) {
        exit($lock->lock(LOCK_EX | LOCK_NB) && $lock->unlock() ? 0 : 1);
    }
    pcntl_wait($status);
    var_dump(pcntl_wexitstatus($status), $lock->lock(), $lock->unlock());
}
?>
--EXPECT--
MUTEX: Swoole\Lock::lock(): the process that held the lock
int(0)
bool(true)
bool(true)
RWLOCK: Swoole\Lock::lock(): the process that held the lock
int(0)
bool(true)
bool(true)
SPINLOCK: Swoole\Lock::lock(): the process that held the lock
int(0)
bool(true)
bool(true)
