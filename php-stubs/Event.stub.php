<?php

namespace Swoole;

/** Functions that are called when a descriptor is ready, and the event loop itself. */
class Event
{
    /**
     * Has functions called when a descriptor is ready, each call in a coroutine of its own, as long as it is ready. The loop goes on as long as
     * something is added. The descriptor does not block any more.
     *
     * @param mixed $fd a stream, a socket, an object of this extension that has a descriptor, or its number; callbacks get it as their argument
     * @param ?callable $read_callback when something can be read, or the other side has gone
     * @param ?callable $write_callback when something can be written
     * @param int $events SWOOLE_EVENT_READ, SWOOLE_EVENT_WRITE or both
     * @return int|false the number of the descriptor; false, with a warning, for what cannot be added
     */
    public static function add(
        mixed $fd,
        ?callable $read_callback = null,
        ?callable $write_callback = null,
        int $events = \SWOOLE_EVENT_READ
    ): int|false {}

    /** Takes a descriptor out of the loop, without closing it; false, with a warning, if it is not in it. */
    public static function del(mixed $fd): bool {}

    /**
     * Changes what was added: callbacks that are not null replace those that are there, events that are not 0 likewise.
     *
     * @return bool false, with a warning, if it is not in the loop
     */
    public static function set(
        mixed $fd,
        ?callable $read_callback = null,
        ?callable $write_callback = null,
        int $events = 0
    ): bool {}

    /** Whether a descriptor is in the loop for one of these events. */
    public static function isset(mixed $fd, int $events = 1536): bool {}

    /** One turn of the loop, which waits for something to happen if something is to come. */
    public static function dispatch(): bool {}

    /** Has a function called, in a coroutine, when the loop goes around, before timers that are due. */
    public static function defer(callable $callback): bool {}

    /**
     * Has a function called in each turn of the loop, in a coroutine.
     *
     * @param ?callable $callback in place of the one before; null for none
     * @param bool $before before the loop waits; otherwise after all that a turn has brought
     * @return bool false for null where there was none
     */
    public static function cycle(?callable $callback, bool $before = false): bool {}

    /**
     * Writes to a descriptor that was added. What it does not take now is sent when it does.
     *
     * @return bool false for what was not added (with a warning), for one that nobody reads any more, and when too much waits already
     */
    public static function write(mixed $fd, string $data): bool {}

    /** Runs the loop until nothing is left to come. */
    public static function wait(): void {}

    /** Runs what is left at the end of the script; PHP calls swoole_event_rshutdown() for it. */
    public static function rshutdown(): void {}

    /** Ends wait() and run() after this turn, whatever is left: it is forgotten. */
    public static function exit(): void {}
}
