<?php

namespace Swoole\Coroutine;

/** What would block a process, and here its coroutine only. The reason of a failure is in swoole_last_error(). */
class System
{
    /**
     * The address of a name.
     *
     * @param int $type AF_INET or AF_INET6
     * @param float $timeout in seconds; without end if not above 0
     * @return string|false false when it is not known, or the time is over
     */
    public static function gethostbyname(string $domain_name, int $type = \AF_INET, float $timeout = -1): string|false {}

    /** As gethostbyname(). */
    public static function dnsLookup(string $domain_name, float $timeout = 60, int $type = \AF_INET): string|false {}

    /**
     * Runs a command in a shell.
     *
     * @param bool $get_error_stream whether error output belongs to the output
     * @return array|false code, signal and output; false when it was cancelled, which kills the command
     */
    public static function exec(string $command, bool $get_error_stream = false): array|false {}

    /** @implementation-alias Swoole\Coroutine::sleep */
    public static function sleep(float $seconds): bool {}

    /**
     * The addresses of a name.
     *
     * @param int $family AF_INET or AF_INET6
     * @param ?string $service the name or number of a service that must be known
     * @param float $timeout in seconds; without end if not above 0
     * @return array|bool false when there is none, or the time is over
     */
    public static function getaddrinfo(
        string $domain,
        int $family = \AF_INET,
        int $socktype = \SOCK_STREAM,
        int $protocol = \STREAM_IPPROTO_TCP,
        ?string $service = null,
        float $timeout = -1
    ): array|bool {}

    /** Numbers of the file system that a path is in: bsize, blocks, bavail, …; empty when there is no such path. */
    public static function statvfs(string $path): array {}

    /**
     * What is in a file.
     *
     * @param int $flag LOCK_EX: not while somebody writes to it with the same flag
     */
    public static function readFile(string $filename, int $flag = 0): string|false {}

    /**
     * Writes a file.
     *
     * @param int $flags FILE_APPEND: behind what is there; LOCK_EX: nobody else meanwhile
     * @return int|false the number of bytes
     */
    public static function writeFile(string $filename, string $fileContent, int $flags = 0): int|false {}

    /**
     * Waits until a child process has ended, any that nobody else waits for.
     *
     * @param float $timeout in seconds; without end if not above 0
     * @return array|false pid, code and signal; false when there are no children, or the time is over
     */
    public static function wait(float $timeout = -1): array|false {}

    /** As wait(), for one child. */
    public static function waitPid(int $pid, float $timeout = -1): array|false {}

    /**
     * Waits until one of these signals comes.
     *
     * @param float $timeout in seconds; without end if not above 0
     * @return int|false which one; false when the time is over
     */
    public static function waitSignal(array|int $signals, float $timeout = -1): int|false {}

    /**
     * Waits until a descriptor is ready.
     *
     * @param mixed $socket a stream, a socket, an object of this extension that has a descriptor, or its number
     * @param int $events SWOOLE_EVENT_READ, SWOOLE_EVENT_WRITE or both
     * @param float $timeout in seconds; without end if below 0; at 0 it only looks
     * @return int|false the events that have come; false when the time is over
     */
    public static function waitEvent(mixed $socket, int $events = \SWOOLE_EVENT_READ, float $timeout = -1): int|false {}
}

class_alias(System::class, 'co\system');
