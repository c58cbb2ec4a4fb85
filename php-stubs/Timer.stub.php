<?php

namespace Swoole;

/** Calls functions later, each call in a coroutine of its own. */
class Timer
{
    /**
     * Calls a function again and again, with the timer's id and the parameters.
     *
     * @param int $ms the interval in milliseconds, 1 at least
     * @return int|false the timer's id
     */
    public static function tick(int $ms, callable $callback, mixed ...$params): int|false {}

    /**
     * Calls a function once, with the parameters.
     *
     * @param int $ms the time in milliseconds, 1 at least
     * @return int|false the timer's id
     */
    public static function after(int $ms, callable $callback, mixed ...$params): int|false {}

    /** Whether there is a timer with this id. */
    public static function exists(int $timer_id): bool {}

    /** exec_msec, exec_count, interval, round and removed of a timer; null if there is none with this id. */
    public static function info(int $timer_id): ?array {}

    /** initialized, num and round of all timers. */
    public static function stats(): array {}

    /** The ids of all timers. */
    public static function list(): \Swoole\Timer\Iterator {}

    /** Takes a timer back; false if there is none with this id. */
    public static function clear(int $timer_id): bool {}

    /** Takes all timers back. */
    public static function clearAll(): bool {}
}
