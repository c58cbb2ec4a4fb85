<?php

namespace Swoole;

/**
 * A client whose calls wait for their result: TCP, UDP and Unix sockets.
 *
 * @not-serializable
 */
class Client
{
    /** Flag of recv(): out-of-band data. */
    public const MSG_OOB = 1;
    /** Flag of recv(): the data stays where it is and is given again. */
    public const MSG_PEEK = 2;
    /** Flag of recv(): do not wait. */
    public const MSG_DONTWAIT = 64;
    /** Flag of recv(): wait until all that was asked for has come. */
    public const MSG_WAITALL = 256;
    /** shutdown(): both directions. */
    public const SHUT_RDWR = 2;
    /** shutdown(): no more receiving. */
    public const SHUT_RD = 0;
    /** shutdown(): no more sending. */
    public const SHUT_WR = 1;

    /** The code of the last error of this client: an errno or one of the SWOOLE_ERROR_* constants. */
    public $errCode = 0;
    /** The descriptor of the socket; -1 before connect(). */
    public $sock = -1;
    /** With SWOOLE_KEEP: whether the connection was made by an earlier client. */
    public $reuse = false;
    /** With SWOOLE_KEEP: how many clients have used the connection before. */
    public $reuseCount = 0;
    /** The socket type, one of the SWOOLE_SOCK_* constants and its flags. */
    public $type = 0;
    /** The third argument of the constructor. */
    public $id = null;
    /** What was given to set(); null before. */
    public $setting = null;

    /**
     * @param int $type one of the SWOOLE_SOCK_* constants, with SWOOLE_KEEP where the connection is to be kept
     * @param bool $async must be SWOOLE_SOCK_SYNC
     * @param string $id with SWOOLE_KEEP: connections are kept apart from those of other ids
     */
    public function __construct(int $type, bool $async = \SWOOLE_SOCK_SYNC, string $id = '') {}

    public function __destruct() {}

    /**
     * Sets options for the next connect(). Unknown ones are taken in silence.
     *
     * @param array $settings option name => value
     * @return bool true
     */
    public function set(array $settings): bool {}

    /**
     * Connects to a server.
     *
     * @param string $host an address, a host name, or the path of a Unix socket
     * @param int $port 1..65535; has no meaning for a Unix socket
     * @param float $timeout seconds, for this call and for every recv() and send() after it; 0 or less: without end
     * @param int $sock_flag for datagram sockets: 1 connects the socket
     * @return bool false on failure, with a warning, see $errCode
     */
    public function connect(string $host, int $port = 0, float $timeout = 0.5, int $sock_flag = 0): bool {}

    /**
     * Receives data.
     *
     * @param int $size bytes at most
     * @param int $flag MSG_* flags; with MSG_WAITALL all bytes or, at a timeout, false and nothing lost
     * @return string|false '' once the peer has closed; false on failure, see $errCode
     */
    public function recv(int $size = 65536, int $flag = 0): string|false {}

    /**
     * Sends data.
     *
     * @param string $data at least one byte
     * @param int $flag MSG_* flags
     * @return int|false the number of bytes: fewer than all if the peer took nothing for as long as the timeout
     */
    public function send(string $data, int $flag = 0): int|false {}

    /**
     * Sends a datagram.
     *
     * @param string $ip an address, a host name, or the path of a Unix socket
     * @param int $port 1..65535
     * @param string $data at least one byte
     */
    public function sendto(string $ip, int $port, string $data): bool {}

    /**
     * Ends one direction of the connection, or both.
     *
     * @param int $how SHUT_RD, SHUT_WR or SHUT_RDWR
     */
    public function shutdown(int $how): bool {}

    /** Whether connect() has succeeded and close() has not been called. */
    public function isConnected(): bool {}

    /**
     * The address of this end.
     *
     * @return array|false host and port
     */
    public function getsockname(): array|false {}

    /**
     * The address of the other end; for a datagram socket of the sender of what was received last.
     *
     * @return array|false host and port
     */
    public function getpeername(): array|false {}

    /**
     * Closes the connection.
     *
     * @param bool $force also one that SWOOLE_KEEP would keep
     */
    public function close(bool $force = false): bool {}
}

\class_alias(Client::class, 'swoole_client');
