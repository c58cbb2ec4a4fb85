<?php

namespace Swoole;

/** Functions that run on stacks of their own and give way to each other where they wait. */
class Coroutine
{
    /**
     * Starts a coroutine: it runs at once, up to its first wait.
     *
     * @param callable $func what runs in it
     * @param mixed ...$param the arguments
     * @return int|false its id; false, with a warning, when there are max_coroutine already
     */
    public static function create(callable $func, mixed ...$param): int|false {}

    /** Has a function called when the current coroutine ends; the last one first. */
    public static function defer(callable $callback): void {}

    /**
     * Sets options of all coroutines.
     *
     * @param array $options max_coroutine, hook_flags, enable_deadlock_check, …
     */
    public static function set(array $options): void {}

    /** What set() was given; null before. */
    public static function getOptions(): ?array {}

    /** Whether the coroutine with this id has not ended. */
    public static function exists(int $cid): bool {}

    /**
     * Waits until somebody resumes or cancels this coroutine.
     *
     * @return bool false when it was cancelled
     */
    public static function yield(): bool {}

    /**
     * Ends what another coroutine waits for.
     *
     * @param bool $throw_exception has Swoole\Coroutine\CanceledException thrown in it, where it waits
     * @return bool false when it does not exist, or does not wait
     */
    public static function cancel(int $cid, bool $throw_exception = false): bool {}

    /**
     * Waits until these coroutines have ended.
     *
     * @param float $timeout in seconds; without end if not above 0
     * @return bool false when none of them exists or the time is over
     */
    public static function join(array $cid_array, float $timeout = -1): bool {}

    /** Whether this coroutine's last wait was cancelled. */
    public static function isCanceled(): bool {}

    /**
     * Gives this coroutine so many seconds from now on. If it has not ended by then, Swoole\Coroutine\TimeoutException is thrown in it, where it waits or computes.
     *
     * @param float $timeout without end if not above 0
     */
    public static function setTimeLimit(float $timeout): bool {}

    /** @implementation-alias yield */
    public static function suspend(): bool {}

    /**
     * Lets a coroutine go on that waits in yield(): it runs at once, up to its next wait.
     *
     * @return bool false, with a warning, when it does not wait there
     */
    public static function resume(int $cid): bool {}

    /** Numbers of all coroutines and of the event loop. */
    public static function stats(): array {}

    /** The id of this coroutine; -1 outside of one. */
    public static function getCid(): int {}

    /** @implementation-alias getCid */
    public static function getuid(): int {}

    /**
     * The id of the coroutine that started one.
     *
     * @param int $cid the current one if 0
     * @return int|false -1 if it was started outside of a coroutine; false if it does not exist
     */
    public static function getPcid(int $cid = 0): int|false {}

    /** What a coroutine keeps for itself, an array that lives as long as it does; null if it does not exist. */
    public static function getContext(int $cid = 0): ?\Swoole\Coroutine\Context {}

    /** The calls on a coroutine's stack, as debug_backtrace() gives them; false if it does not exist. */
    public static function getBackTrace(int $cid = 0, int $options = \DEBUG_BACKTRACE_PROVIDE_OBJECT, int $limit = 0): array|false {}

    /** Prints the calls on a coroutine's stack, as debug_print_backtrace() does. */
    public static function printBackTrace(int $cid = 0, int $options = 0, int $limit = 0): void {}

    /** Milliseconds since a coroutine was started; 0 if it does not exist. */
    public static function getElapsed(int $cid = 0): int {}

    /** Bytes of a coroutine's C stack that are in use; false if it does not exist. */
    public static function getStackUsage(int $cid = 0): int|false {}

    /** The ids of all coroutines. */
    public static function list(): \Swoole\Coroutine\Iterator {}

    /** @implementation-alias list */
    public static function listCoroutines(): \Swoole\Coroutine\Iterator {}

    /**
     * Lets others take the turn of this coroutine when it computes for long; outside of a coroutine, of all.
     *
     * @return bool whether that was not so before
     */
    public static function enableScheduler(): bool {}

    /**
     * Lets this coroutine keep its turn however long it computes; outside of a coroutine, all.
     *
     * @return bool whether that was not so before
     */
    public static function disableScheduler(): bool {}

    /**
     * Lets others run for a while.
     *
     * @param float $seconds at least 0.001
     * @return bool false when it was cancelled
     */
    public static function sleep(float $seconds): bool {}

    /** @implementation-alias Swoole\Coroutine\System::gethostbyname */
    public static function gethostbyname(string $domain_name, int $type = \AF_INET, float $timeout = -1): string|false {}

    /** @implementation-alias Swoole\Coroutine\System::dnsLookup */
    public static function dnsLookup(string $domain_name, float $timeout = 60, int $type = \AF_INET): string|false {}

    /** @implementation-alias Swoole\Coroutine\System::exec */
    public static function exec(string $command, bool $get_error_stream = false): array|false {}

    /** @implementation-alias Swoole\Coroutine\System::getaddrinfo */
    public static function getaddrinfo(
        string $domain,
        int $family = \AF_INET,
        int $socktype = \SOCK_STREAM,
        int $protocol = \STREAM_IPPROTO_TCP,
        ?string $service = null,
        float $timeout = -1
    ): array|bool {}

    /** @implementation-alias Swoole\Coroutine\System::statvfs */
    public static function statvfs(string $path): array {}

    /** @implementation-alias Swoole\Coroutine\System::readFile */
    public static function readFile(string $filename, int $flag = 0): string|false {}

    /** @implementation-alias Swoole\Coroutine\System::writeFile */
    public static function writeFile(string $filename, string $fileContent, int $flags = 0): int|false {}

    /** @implementation-alias Swoole\Coroutine\System::wait */
    public static function wait(float $timeout = -1): array|false {}

    /** @implementation-alias Swoole\Coroutine\System::waitPid */
    public static function waitPid(int $pid, float $timeout = -1): array|false {}

    /** @implementation-alias Swoole\Coroutine\System::waitSignal */
    public static function waitSignal(array|int $signals, float $timeout = -1): int|false {}

    /** @implementation-alias Swoole\Coroutine\System::waitEvent */
    public static function waitEvent(mixed $socket, int $events = \SWOOLE_EVENT_READ, float $timeout = -1): int|false {}
}

class_alias(Coroutine::class, 'co');
