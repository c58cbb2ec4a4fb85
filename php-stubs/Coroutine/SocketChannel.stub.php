<?php

namespace Swoole\Coroutine;

/**
 * One connection to a server that many coroutines share: each sends its request, and gets the answer to it.
 *
 * In order mode the answers come in the order of the requests, and each caller reads its own, by a callable that it gives. In session mode, which
 * the option `response` chooses, an answer names the session that it belongs to, and answers come in any order.
 *
 * @not-serializable
 */
class SocketChannel
{
    /**
     * Connects to nothing yet: the first request does, or connect().
     *
     * - `host`: a name, an IP address, or the path of a Unix socket (`/run/server.sock`)
     * - `port`: its TCP port; none for a Unix socket
     * - `backup`: further addresses, tried in turn when the first fails: each `'host:port'`, `['host' => …, 'port' => …]` or `[host, port]`; a host
     *   without a port has that of the first
     * - `auth`: `function (SocketChannel\Reader $connection, SocketChannel $channel): mixed`, called on each new connection before any request; it
     *   writes and reads there. The address has failed when it throws or returns false. It may call changeHost(): the channel then connects there
     * - `response`: `function (SocketChannel\Reader $reader): array`, reads one answer and returns `[session, ok, result]`, or
     *   `[session, ok, result, more]`; with it the channel is in session mode. It runs in a coroutine of its own
     * - `timeout`: seconds that each request may take, connecting included, that an address may take to be connected to, and that
     *   `auth` may wait for what it reads; without it, without end
     * - `nodelay`: whether small pieces are sent at once, true by default
     * - `tls`: true, or options of TLS (`verify_peer`, `host_name`, …); see docs/socket-channel.md
     *
     * @throws \ValueError an option is unknown, missing or of no use
     */
    public function __construct(array $options) {}

    /**
     * Sends a request, and waits for its answer. Connects first, once, if there is no connection.
     *
     * @param callable|int|string|null $answer in order mode `function (SocketChannel\Reader $reader): array`, which reads one answer and returns
     *     `[ok, result]`, or `[ok, result, more]`: with more, it is called again for the next part, and the caller gets a list of all. In session
     *     mode the session. Without it nothing is waited for
     * @param array $padding strings to be sent after the data, when nothing more urgent waits: between two of them other requests may go
     * @param float|null $timeout in seconds; that of the channel if null, without end if not above 0. In order mode a request that times out breaks the
     *     connection; in session mode its answer is dropped when it comes
     * @return mixed the result; null without $answer
     * @throws SocketChannel\Exception the connection cannot be made or broke, the time is over, or the answer is an error
     */
    public function request(string $data, callable|int|string|null $answer = null, array $padding = [], ?float $timeout = null): mixed {}

    /**
     * Waits for a further answer of a session, in session mode. An answer that comes while nobody waits for its session is dropped.
     *
     * @param float|null $timeout as for request()
     * @throws SocketChannel\Exception there is no connection or it broke, the time is over, or the answer is an error
     */
    public function await(int|string $session, ?float $timeout = null): mixed {}

    /**
     * Connects, if there is no connection, also after close(). Coroutines that connect at the same time share one attempt.
     *
     * @param bool $once tries each address once; otherwise all of them again and again, at first at once, then after pauses that grow up to ten
     *     seconds, until one is there or close() is called
     * @throws SocketChannel\Exception no address could be connected to, or the channel was closed
     */
    public function connect(bool $once = false): void {}

    /**
     * Sets another first address. A connection to the old one is closed: those who wait for an answer get the exception, the next request connects.
     *
     * @param int|null $port the one that is set now if null
     */
    public function changeHost(string $host, ?int $port = null): void {}

    /** Sets other addresses for when the first fails; a connection stays. */
    public function changeBackup(array $backup): void {}

    /**
     * Closes the connection: those who wait get the exception. Requests are refused from now on, until connect().
     *
     * @return bool false when it is closed already
     */
    public function close(): bool {}
}

class_alias(SocketChannel::class, 'co\socketchannel');
