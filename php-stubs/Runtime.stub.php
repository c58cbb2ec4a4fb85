<?php

namespace Swoole;

/** Which of PHP's own functions wait as coroutines do. */
class Runtime
{
    /**
     * Turns hooks on.
     *
     * @param int $flags SWOOLE_HOOK_* constants; 0 turns all off
     */
    public static function enableCoroutine(int $flags = \SWOOLE_HOOK_ALL): bool {}

    /** The hooks that are on: those that were asked for and are built. */
    public static function getHookFlags(): int {}

    /** Turns on these hooks, and off all others. */
    public static function setHookFlags(int $flags): bool {}
}
