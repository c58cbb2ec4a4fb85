<?php

namespace Swoole\Connection;

/**
 * The open connections of a server or of one of its ports: foreach gives 1, 2, 3, … => session id, ordered by socket number.
 *
 * In SWOOLE_PROCESS all connections, in every process; in SWOOLE_BASE those of the calling worker. count() is the whole server's in both.
 *
 * @not-serializable
 */
class Iterator implements \Iterator, \ArrayAccess, \Countable
{
    public function __construct() {}

    public function __destruct() {}

    /** Begins anew, with the connections that are open now. */
    public function rewind(): void {}

    public function next(): void {}

    /** The session id at this place. */
    public function current(): mixed {}

    /** The place: 1 for the first. */
    public function key(): mixed {}

    public function valid(): bool {}

    /** The number of open connections. */
    public function count(): int {}

    /** Whether a connection is open. */
    public function offsetExists(mixed $fd): bool {}

    /** What Swoole\Server::getClientInfo() gives for a connection. */
    public function offsetGet(mixed $fd): mixed {}

    /** Has no effect: connections come from clients. */
    public function offsetSet(mixed $fd, mixed $value): void {}

    /** Has no effect: Swoole\Server::close() ends a connection. */
    public function offsetUnset(mixed $fd): void {}
}
