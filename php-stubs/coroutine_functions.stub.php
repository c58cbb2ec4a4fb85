<?php

namespace {
    /** Starts a coroutine: see Swoole\Coroutine::create(). */
    function swoole_coroutine_create(callable $func, mixed ...$params): int|false {}

    /** Has a function called when the current coroutine ends: see Swoole\Coroutine::defer(). */
    function swoole_coroutine_defer(callable $callback): void {}

    /**
     * @implementation-alias swoole_coroutine_create
     * @short-name
     */
    function go(callable $func): int|false {}

    /**
     * @implementation-alias swoole_coroutine_defer
     * @short-name
     */
    function defer(callable $callback): void {}

    /** See Swoole\Timer::tick(). */
    function swoole_timer_tick(int $ms, callable $callback): int|false {}

    /** See Swoole\Timer::after(). */
    function swoole_timer_after(int $ms, callable $callback): int|false {}

    /** See Swoole\Timer::exists(). */
    function swoole_timer_exists(int $timer_id): bool {}

    /** See Swoole\Timer::info(). */
    function swoole_timer_info(int $timer_id): ?array {}

    /** See Swoole\Timer::stats(). */
    function swoole_timer_stats(): array {}

    /** See Swoole\Timer::list(). */
    function swoole_timer_list(): \Swoole\Timer\Iterator {}

    /** See Swoole\Timer::clear(). */
    function swoole_timer_clear(int $timer_id): bool {}

    /** See Swoole\Timer::clearAll(). */
    function swoole_timer_clear_all(): bool {}

    /** See Swoole\Event::add(). */
    function swoole_event_add(
        mixed $fd,
        ?callable $read_callback = null,
        ?callable $write_callback = null,
        int $events = SWOOLE_EVENT_READ
    ): int|false {}

    /** See Swoole\Event::del(). */
    function swoole_event_del(mixed $fd): bool {}

    /** See Swoole\Event::set(). */
    function swoole_event_set(
        mixed $fd,
        ?callable $read_callback = null,
        ?callable $write_callback = null,
        int $events = 0
    ): bool {}

    /** See Swoole\Event::isset(). */
    function swoole_event_isset(mixed $fd, int $events = 1536): bool {}

    /** See Swoole\Event::dispatch(). */
    function swoole_event_dispatch(): bool {}

    /** See Swoole\Event::defer(). */
    function swoole_event_defer(callable $callback): bool {}

    /** See Swoole\Event::cycle(). */
    function swoole_event_cycle(?callable $callback, bool $before = false): bool {}

    /** See Swoole\Event::write(). */
    function swoole_event_write(mixed $fd, string $data): bool {}

    /** See Swoole\Event::wait(). */
    function swoole_event_wait(): void {}

    /** See Swoole\Event::exit(). */
    function swoole_event_exit(): void {}

    /**
     * Waits until one of several descriptors is ready, or the time is over. Others do not run meanwhile.
     *
     * @param ?array $read those to read from; the ready ones are left in it, with their keys
     * @param ?array $write those to write to, likewise
     * @param ?array $except those with urgent data or an error, likewise
     * @param ?float $timeout in seconds; without end if null or below 0
     * @return int|false how many are ready; false, with a warning, if there is nothing to wait for
     */
    function swoole_select(?array &$read, ?array &$write, ?array &$except, ?float $timeout = 0.5): int|false {}

    /** @implementation-alias swoole_select */
    function swoole_client_select(?array &$read, ?array &$write, ?array &$except, ?float $timeout = 0.5): int|false {}

    /** See Swoole\Coroutine\System::dnsLookup(). */
    function swoole_async_dns_lookup_coro(string $domain_name, float $timeout = 60, int $type = AF_INET): string|false {}

    /** Forgets the addresses of names that are kept for a while. */
    function swoole_clear_dns_cache(): void {}

    /**
     * Sets options of the event loop before it runs: dns_cache_refresh_time (in seconds), dns_lookup_random, log_level. Others of Swoole's are
     * accepted, and of no effect.
     *
     * @return bool false, with a warning, when the loop runs already
     */
    function swoole_async_set(array $settings): bool {}

    /** Runs what is left at the end of the script. PHP calls it, as the last of the shutdown functions. */
    function swoole_event_rshutdown(): void {}
}

namespace Swoole\Coroutine {
    /**
     * Runs a function in a coroutine, and the event loop until all coroutines, timers and events are done. Turns hooks on.
     *
     * @return bool true when all is done
     */
    function run(callable $fn, ...$args) {}

    /** @implementation-alias swoole_coroutine_create */
    function go(callable $fn, ...$args) {}

    /** @implementation-alias swoole_coroutine_defer */
    function defer(callable $fn) {}

    /**
     * Runs functions side by side, each in a coroutine, and waits for all.
     *
     * @param array $tasks key => function
     * @param float $timeout in seconds; without end if not above 0
     * @return array key => what the function returned; null if it had not by then
     */
    function batch(array $tasks, float $timeout = -1): array {}

    /** Runs a function so many times side by side, each in a coroutine, and waits for all. */
    function parallel(int $n, callable $fn): void {}

    /**
     * Runs a function for each element side by side, each in a coroutine, and waits for all.
     *
     * @param float $timeout in seconds; without end if not above 0
     * @return array key => what the function returned for the element
     */
    function map(array $list, callable $fn, float $timeout = -1): array {}

    /** Prints the coroutines that wait though nothing will come to wake them. run() calls it when nothing is left to be done. */
    function deadlock_check() {}
}

namespace Co {
    /**
     * @implementation-alias Swoole\Coroutine\run
     * @short-name
     */
    function run(callable $fn, ...$args) {}

    /**
     * @implementation-alias swoole_coroutine_create
     * @short-name
     */
    function go(callable $fn, ...$args) {}

    /**
     * @implementation-alias swoole_coroutine_defer
     * @short-name
     */
    function defer(callable $fn) {}
}
