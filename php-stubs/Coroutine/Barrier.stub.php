<?php

namespace Swoole\Coroutine;

/**
 * Waits until nobody holds it any more: each coroutine that takes part holds a reference.
 *
 * @not-serializable
 */
class Barrier
{
    public function __destruct() {}

    /** A new one. */
    public static function make(): self {}

    /**
     * Lets go of the barrier and waits until everybody has.
     *
     * @param Barrier $barrier becomes null
     * @param float $timeout in seconds; without end if not above 0
     */
    public static function wait(\Swoole\Coroutine\Barrier &$barrier, float $timeout = -1): void {}
}
