<?php

namespace Swoole;

/**
 * A lock between processes: those that are forked after it was made. It locks no process out for ever: when its holder dies, the next to lock gets
 * it, with a notice.
 *
 * @not-serializable
 */
class Lock
{
    /** One holder; the others sleep. */
    public const MUTEX = 3;
    /** Many readers (LOCK_SH) or one writer (LOCK_EX). */
    public const RWLOCK = 1;
    /** One holder; the others try for some microseconds before they sleep. */
    public const SPINLOCK = 5;

    /** The errno of the last call that returned false: 16 held, 110 timeout, 35 held by this process itself, 1 held by another one. */
    public $errCode = 0;

    /** @param int $type MUTEX, RWLOCK or SPINLOCK */
    public function __construct(int $type = \SWOOLE_MUTEX) {}

    /**
     * Locks. The whole process waits.
     *
     * @param int $operation LOCK_EX, or LOCK_SH to read beside others; with LOCK_NB it does not wait
     * @param float $timeout seconds; below 0 without end
     * @return bool false when it was not to be had, see $errCode
     */
    public function lock(int $operation = \LOCK_EX, float $timeout = -1): bool {}

    /**
     * Unlocks what this process has locked.
     *
     * @return bool true also when nobody has locked it; false when another process has, see $errCode
     */
    public function unlock(): bool {}
}
