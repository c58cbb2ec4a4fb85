--TEST--
Swoole\Lock: lock, unlock, and what is said when it is held
--SKIPIF--
<?php if (!function_exists('pcntl_fork')) die('skip needs pcntl'); ?>
--FILE--
<?php
foreach (['MUTEX', 'RWLOCK', 'SPINLOCK'] as $type) {
    echo "-- $type\n";
    $lock = new Swoole\Lock(constant("Swoole\\Lock::$type"));
    var_dump($lock->unlock(), $lock->lock(), $lock->lock(LOCK_EX | LOCK_NB), $lock->errCode, swoole_last_error());
    var_dump($lock->lock(LOCK_EX), $lock->errCode);
    if (pcntl_fork() === 0) {
        $begun = microtime(true);
        var_dump($lock->lock(LOCK_EX, 0.05), $lock->errCode, microtime(true) - $begun >= 0.04);
        var_dump($lock->lock(LOCK_SH | LOCK_NB), $lock->errCode);
        var_dump($lock->unlock(), $lock->errCode);
        exit;
    }
    pcntl_wait($status);
    var_dump($lock->unlock(), $lock->unlock());
    var_dump($lock->lock(LOCK_SH), $lock->unlock());
}
echo "-- mistakes\n";
var_dump($lock->lock(LOCK_UN), $lock->errCode);
try {
    new Swoole\Lock(99);
} catch (Swoole\Exception $error) {
    echo get_class($error), ': ', $error->getMessage(), "\n";
}
?>
--EXPECTF--
-- MUTEX
bool(true)
bool(true)
bool(false)
int(16)
int(16)

Warning: Swoole\Lock::lock(): this process holds the lock already and would wait for itself in %s on line %d
bool(false)
int(35)
bool(false)
int(110)
bool(true)
bool(false)
int(16)
bool(false)
int(1)
bool(true)
bool(true)
bool(true)
bool(true)
-- RWLOCK
bool(true)
bool(true)
bool(false)
int(16)
int(16)

Warning: Swoole\Lock::lock(): this process holds the lock already and would wait for itself in %s on line %d
bool(false)
int(35)
bool(false)
int(110)
bool(true)
bool(false)
int(16)
bool(false)
int(1)
bool(true)
bool(true)
bool(true)
bool(true)
-- SPINLOCK
bool(true)
bool(true)
bool(false)
int(16)
int(16)

Warning: Swoole\Lock::lock(): this process holds the lock already and would wait for itself in %s on line %d
bool(false)
int(35)
bool(false)
int(110)
bool(true)
bool(false)
int(16)
bool(false)
int(1)
bool(true)
bool(true)
bool(true)
bool(true)
-- mistakes

Warning: Swoole\Lock::lock(): the operation must be LOCK_EX or LOCK_SH, with or without LOCK_NB, got 3 in %s on line %d
bool(false)
int(22)
Swoole\Exception: lock type[99] is not one of SWOOLE_MUTEX, SWOOLE_RWLOCK and SWOOLE_SPINLOCK
