<?php

/** The level of Swoole's API that this extension follows, as in SWOOLE_VERSION. */
function swoole_version(): string {}

/** The code of the last error in this process: an errno, or one of the SWOOLE_ERROR_* constants; 0 if there was none. */
function swoole_last_error(): int {}

/** The errno that the last failed system call left behind. */
function swoole_errno(): int {}

/**
 * The text for an error code.
 *
 * @param int $errno the code
 * @param int $error_type what the code is: one of the SWOOLE_STRERROR_* constants
 */
function swoole_strerror(int $errno, int $error_type = SWOOLE_STRERROR_SYSTEM): string {}

/** Sets the codes of swoole_last_error() and swoole_errno() to 0. */
function swoole_clear_error(): void {}

/** The number of processors that are online. */
function swoole_cpu_num(): int {}

/**
 * Names this process as `ps` shows it.
 *
 * @return bool false, with a warning, where that is not possible
 */
function swoole_set_process_name(string $process_name): bool {}

/**
 * The addresses of this machine, but for loopback: interface => address, of each interface the first.
 *
 * @param int $family 2 (AF_INET) or 10 (AF_INET6)
 */
function swoole_get_local_ip(int $family = 2): array {}

/** The hardware addresses of this machine, but for loopback: interface => address, as in 52:54:00:12:34:56. */
function swoole_get_local_mac(): array {}

/**
 * Writes a line to the log: that of the server, otherwise standard output.
 *
 * @param int $level one of the SWOOLE_LOG_* constants: lines below the level of the log are left out
 */
function swoole_error_log(int $level, string $msg): void {}

/**
 * Writes a line about an error to the log, and makes its code that of swoole_last_error().
 *
 * @param int $level one of the SWOOLE_LOG_* constants: lines below the level of the log are left out
 * @param int $error one of the SWOOLE_ERROR_* constants
 */
function swoole_error_log_ex(int $level, int $error, string $msg): void {}

/**
 * Leaves lines about an error out of the log, from now on.
 *
 * @param int $error one of the SWOOLE_ERROR_* constants
 */
function swoole_ignore_error(int $error): void {}

/**
 * As unserialize(), for a part of a string that need not be copied out of it.
 *
 * @param int $offset where it begins; below 0 counted from the end
 * @param int $length how long it is; 0: up to the end
 * @param array $options as those of unserialize()
 * @return mixed false with a warning if that is not within the string
 */
function swoole_substr_unserialize(string $str, int $offset, int $length = 0, array $options = []): mixed {}

/**
 * As json_decode(), for a part of a string.
 *
 * @param int $offset where it begins; below 0 counted from the end
 * @param int $length how long it is; 0: up to the end
 * @return mixed false with a warning if that is not within the string
 */
function swoole_substr_json_decode(string $str, int $offset, int $length = 0, bool $associative = false, int $depth = 512, int $flags = 0): mixed {}

/** All objects that there are, to look for leaks. */
function swoole_get_objects(): array|false {}

/**
 * An object by its handle.
 *
 * @param int $handle as spl_object_id() gives it
 */
function swoole_get_object_by_handle(int $handle): object|false {}

/**
 * A number for a string.
 *
 * @param int $type 0: the hash of PHP's own arrays (DJBX33A, 64 bit); 1: Jenkins's one-at-a-time (32 bit)
 * @return int|false false for an unknown type
 */
function swoole_hashcode(string $data, int $type = 0): int|false {}

/**
 * Two sockets that are connected with each other.
 *
 * @param int $domain AF_UNIX
 * @param int $type SOCK_STREAM or SOCK_DGRAM
 * @param int $protocol 0
 */
function swoole_coroutine_socketpair(int $domain, int $type, int $protocol): array|false {}
