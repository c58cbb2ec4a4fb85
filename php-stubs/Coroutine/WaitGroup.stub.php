<?php

namespace Swoole\Coroutine;

/**
 * Waits until a number of things is done.
 *
 * @not-serializable
 */
class WaitGroup
{
    /** @param int $delta how many there are to begin with */
    public function __construct(int $delta = 0) {}

    /** Adds so many. */
    public function add(int $delta = 1): void {}

    /** One is done. */
    public function done(): void {}

    /**
     * Waits until all are done.
     *
     * @param float $timeout in seconds; without end if not above 0
     * @return bool false when the time is over
     */
    public function wait(float $timeout = -1): bool {}

    /** How many are not done. */
    public function count(): int {}
}

class_alias(WaitGroup::class, 'co\waitgroup');
