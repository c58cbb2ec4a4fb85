<?php

namespace Swoole\Atomic;

/**
 * A signed number of 64 bits in shared memory: processes that are forked after it was made see one and the same. It wraps around.
 *
 * @not-serializable
 */
class Long
{
    /** @param int $value what it begins with */
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
     * @return int the difference
     */
    public function sub(int $sub_value = 1): int {}

    /** The number. */
    public function get(): int {}

    /** Sets the number. */
    public function set(int $value): void {}

    /**
     * Sets the number to $new_value if it is $cmp_value.
     *
     * @return bool whether it was
     */
    public function cmpset(int $cmp_value, int $new_value): bool {}
}
