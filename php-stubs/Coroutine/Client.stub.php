<?php

namespace Swoole\Coroutine;

/**
 * A client whose calls let other coroutines run while they wait: TCP, UDP, Unix sockets, TLS. A timeout is in seconds: 0 is the client's own, below 0 is
 * without end.
 *
 * What fails returns false: see $errCode, 110 when the time is over, 125 when the wait was cancelled or the client closed meanwhile, 5001 when it is not
 * connected.
 *
 * @not-serializable
 */
class Client
{
    /** Kept for programs that name it. */
    public const MSG_OOB = 1;
    /** Kept for programs that name it. */
    public const MSG_PEEK = 2;
    /** Kept for programs that name it. */
    public const MSG_DONTWAIT = 64;
    /** Kept for programs that name it. */
    public const MSG_WAITALL = 256;

    /** What the last call ended in: an errno, or one of the SWOOLE_ERROR_* constants; 0 if it succeeded. */
    public $errCode = 0;
    /** The same in words. */
    public $errMsg = '';
    /** The descriptor of the socket; -1 when there is none. */
    public $fd = -1;
    /** The socket, as exportSocket() gives it. */
    public $socket = null;
    /** As given to the constructor. */
    public $type = 1;
    /** What was given to set(); null before. */
    public $setting = null;
    /** Whether it is connected. */
    public $connected = false;

    /** @param int $type one of the SWOOLE_SOCK_* constants, with SWOOLE_SSL for TLS */
    public function __construct(int $type) {}

    public function __destruct() {}

    /**
     * Sets options: see docs/coroutine-sockets.md. Unknown ones are taken in silence.
     *
     * @param array $settings option name => value
     */
    public function set(array $settings): bool {}

    /**
     * Connects to a server.
     *
     * @param string $host an IP address, a name, or the path of a Unix socket
     * @param float $timeout for this call and for every recv() and send() after it
     * @param int $sock_flag of no meaning: datagram sockets are always tied to their peer
     */
    public function connect(string $host, int $port = 0, float $timeout = 0, int $sock_flag = 0): bool {}

    /**
     * Waits for data: for a whole message, if set() has said how they are told apart.
     *
     * @return string|false '' once the other side has closed
     */
    public function recv(float $timeout = 0): string|false {}

    /** What is there, at most $length bytes, without taking it and without waiting. */
    public function peek(int $length = 65535): string|false {}

    /**
     * Sends all of it.
     *
     * @return int|false how many bytes were sent: fewer if the time is over
     */
    public function send(string $data, float $timeout = 0): int|false {}

    /**
     * Sends a file.
     *
     * @param int $offset the first byte
     * @param int $length how many bytes; 0 for all that follow
     */
    public function sendfile(string $filename, int $offset = 0, int $length = 0): bool {}

    /**
     * Sends a datagram, without connect().
     *
     * @param string $address an IP address, a name, or the path of a Unix socket
     */
    public function sendto(string $address, int $port, string $data): bool {}

    /**
     * Waits for a datagram.
     *
     * @param int $length bytes at most
     * @param mixed $address becomes the sender's address
     * @param mixed $port becomes the sender's port
     */
    public function recvfrom(int $length, mixed &$address, mixed &$port = 0): string|false {}

    /** Agrees on TLS on a connection that has none yet. */
    public function enableSSL(): bool {}

    /** The other side's certificate, PEM. */
    public function getPeerCert(): string|false {}

    /** Whether the other side's certificate is to be trusted, also without ssl_verify_peer. */
    public function verifyPeerCert(bool $allow_self_signed = false): bool {}

    /** Whether connect() has succeeded and close() has not been called. */
    public function isConnected(): bool {}

    /** The host and the port of this side. */
    public function getsockname(): array|false {}

    /** The host and the port of the other side; of a datagram socket that of the last datagram. */
    public function getpeername(): array|false {}

    /** Closes the connection: whoever waits for it gets false. */
    public function close(): bool {}

    /** The socket, which both then use. */
    public function exportSocket(): Socket|false {}
}

class_alias(Client::class, 'co\client');
