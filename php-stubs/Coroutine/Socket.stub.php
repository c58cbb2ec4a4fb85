<?php

namespace Swoole\Coroutine;

/**
 * A socket whose calls let other coroutines run while they wait. A timeout is in seconds: 0 is the socket's own, below 0 is without end.
 *
 * What fails returns false: see $errCode, 110 when the time is over, 125 when the wait was cancelled or the socket closed meanwhile.
 *
 * @not-serializable
 */
class Socket
{
    /** The descriptor; -1 once it is closed. */
    public $fd = -1;
    /** As given to the constructor, AF_INET and its like. */
    public $domain = 0;
    /** As given to the constructor, SOCK_STREAM and its like. */
    public $type = 0;
    /** As given to the constructor. */
    public $protocol = 0;
    /** What the last call ended in: an errno, or one of the SWOOLE_ERROR_* constants; 0 if it succeeded. */
    public $errCode = 0;
    /** The same in words. */
    public $errMsg = '';
    /** Kept for programs that look at it. */
    public $__ext_sockets_nonblock = false;
    /** Kept for programs that look at it. */
    public $__ext_sockets_timeout = 0;

    /**
     * @param int $domain AF_INET, AF_INET6 or AF_UNIX
     * @param int $type SOCK_STREAM, SOCK_DGRAM or another one that the system has
     * @param int $protocol 0 for the usual one
     * @throws Socket\Exception the system has no such socket
     */
    public function __construct(int $domain, int $type, int $protocol = \IPPROTO_IP) {}

    /**
     * Gives it an address of its own.
     *
     * @param string $address an IP address, '' for all of them, or the path of a Unix socket
     * @param int $port 0 lets the system choose
     */
    public function bind(string $address, int $port = 0): bool {}

    /**
     * Lets others connect to it.
     *
     * @param int $backlog how many may wait for accept()
     */
    public function listen(int $backlog = 512): bool {}

    /** Waits for a connection, and gives a socket for it. */
    public function accept(float $timeout = 0): Socket|false {}

    /**
     * Connects, and agrees on TLS if setProtocol() has said open_ssl.
     *
     * @param string $host an IP address, a name, or the path of a Unix socket
     */
    public function connect(string $host, int $port = 0, float $timeout = 0): bool {}

    /** Whether the other side is still there, as far as one can know without sending. */
    public function checkLiveness(): bool {}

    /**
     * The coroutine that waits for it; 0 if none does.
     *
     * @param int $event SWOOLE_EVENT_READ or SWOOLE_EVENT_WRITE
     */
    public function getBoundCid(int $event): int {}

    /** What is there, at most $length bytes, without taking it and without waiting. */
    public function peek(int $length = 65536): string|false {}

    /**
     * Waits for data.
     *
     * @param int $length bytes at most
     * @return string|false '' once the other side has closed
     */
    public function recv(int $length = 65536, float $timeout = 0): string|false {}

    /**
     * Waits for so many bytes.
     *
     * @return string|false fewer if the other side closes or the time is over
     */
    public function recvAll(int $length = 65536, float $timeout = 0): string|false {}

    /**
     * Waits for a line: all up to a "\n" or "\r", that one included.
     *
     * @param int $length bytes at most
     */
    public function recvLine(int $length = 65536, float $timeout = 0): string|false {}

    /** As recv(), but reads ahead: fewer system calls for small pieces. */
    public function recvWithBuffer(int $length = 65536, float $timeout = 0): string|false {}

    /** Waits for a whole message, as setProtocol() tells them apart; the terminator or the head stays. */
    public function recvPacket(float $timeout = 0): string|false {}

    /**
     * Sends, and waits if nothing can be sent.
     *
     * @return int|false how many bytes were sent: it need not be all
     */
    public function send(string $data, float $timeout = 0): int|false {}

    /**
     * Waits for data, and lays it out in pieces.
     *
     * @param array $io_vector the length of each piece in bytes
     * @return array|false the pieces that came, the last may be shorter
     */
    public function readVector(array $io_vector, float $timeout = 0): array|false {}

    /** As readVector(), until all pieces are full. */
    public function readVectorAll(array $io_vector, float $timeout = 0): array|false {}

    /**
     * Sends several strings one after the other.
     *
     * @return int|false how many bytes were sent: it need not be all
     */
    public function writeVector(array $io_vector, float $timeout = 0): int|false {}

    /** As writeVector(), until all is sent. */
    public function writeVectorAll(array $io_vector, float $timeout = 0): int|false {}

    /**
     * Sends a file.
     *
     * @param int $offset the first byte
     * @param int $length how many bytes; 0 for all that follow
     */
    public function sendFile(string $file, int $offset = 0, int $length = 0): bool {}

    /**
     * Sends all of it, however long that takes.
     *
     * @return int|false how many bytes were sent: fewer if the time is over
     */
    public function sendAll(string $data, float $timeout = 0): int|false {}

    /**
     * Waits for a datagram.
     *
     * @param mixed $peername becomes an array with the sender's address and port
     */
    public function recvfrom(mixed &$peername, float $timeout = 0): string|false {}

    /**
     * Sends a datagram.
     *
     * @param string $addr an IP address, a name, or the path of a Unix socket
     */
    public function sendto(string $addr, int $port, string $data): int|false {}

    /** An option of the socket: an int, an array for SO_LINGER, SO_RCVTIMEO and SO_SNDTIMEO. */
    public function getOption(int $level, int $opt_name): mixed {}

    /** How messages are told apart (open_eof_check, open_length_check, …) and TLS (open_ssl, ssl_*). */
    public function setProtocol(array $settings): bool {}

    /** Sets an option of the socket, as socket_set_option() does. */
    public function setOption(int $level, int $opt_name, mixed $opt_value): bool {}

    /** Agrees on TLS: as the server on a socket that accept() gave, else as the client. */
    public function sslHandshake(): bool {}

    /**
     * Ends one direction, or both.
     *
     * @param int $how 0 receiving, 1 sending, 2 both
     */
    public function shutdown(int $how = 2): bool {}

    /**
     * Ends the wait of another coroutine.
     *
     * @param int $event SWOOLE_EVENT_READ or SWOOLE_EVENT_WRITE
     * @return bool false when nobody waits
     */
    public function cancel(int $event = \SWOOLE_EVENT_READ): bool {}

    /** Closes it: whoever waits for it gets false. */
    public function close(): bool {}

    /** The address and the port of the other side. */
    public function getpeername(): array|false {}

    /** The address and the port of this side. */
    public function getsockname(): array|false {}

    /** Whether it is closed. */
    public function isClosed(): bool {}

    /**
     * A socket of its own for what a stream or a Socket of the extension sockets stands for.
     *
     * @param resource|\Socket $stream
     */
    public static function import($stream): Socket|false {}
}

class_alias(Socket::class, 'co\socket');
