<?php

namespace Swoole\Coroutine;

/**
 * A lock between coroutines. Who holds it may take it again, and unlocks it as often.
 *
 * @not-serializable
 */
class Lock
{
    /** The errno of the last failure. */
    public $errCode = 0;

    /** @param bool $shared for a lock between processes */
    public function __construct(bool $shared = false) {}

    /**
     * Takes the lock, and waits for it if another coroutine holds it.
     *
     * @param int $operation LOCK_EX; with LOCK_NB it does not wait
     * @return bool false when it is held and LOCK_NB was given, or the coroutine was cancelled
     */
    public function lock(int $operation = \LOCK_EX): bool {}

    /** Gives the lock back. */
    public function unlock(): bool {}
}
