<?php

namespace Swoole;

/**
 * An unsigned number of 32 bits in shared memory: processes that are forked after it was made see one and the same. It wraps around.
 *
 * @not-serializable
 */
class Atomic
{
    /** @param int $value what it begins with; its lower 32 bits count */
    public function __construct(int $value = 0) {}

    /**
     * Adds.
     *
     * @return int the sum
     */
    public function add(int $add_value = 1): int {}

    /**
     * Takes away.
     *
     * @return int the difference; below 0 it goes on at 4294967295
     */
    public function sub(int $sub_value = 1): int {}

    /** The number. */
    public function get(): int {}

    /** Sets the number. */
    public function set(int $value): void {}

    /**
     * Waits until the number is 1, and makes it 0. The whole process waits.
     *
     * @param float $timeout seconds; below 0 without end
     * @return bool false when the time is over before
     */
    public function wait(float $timeout = 1.0): bool {}

    /**
     * Makes the number 1 and wakes processes that wait().
     *
     * @param int $count how many to wake; one of them takes the 1
     */
    public function wakeup(int $count = 1): bool {}

    /**
     * Sets the number to $new_value if it is $cmp_value.
     *
     * @return bool whether it was
     */
    public function cmpset(int $cmp_value, int $new_value): bool {}
}
