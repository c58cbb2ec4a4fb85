<?php

namespace Swoole;

/**
 * A server: listens on one or more addresses and runs callbacks for what happens on their connections.
 *
 * Made, set up with set() and on(), then run with start(), which returns when the server has stopped.
 *
 * Programs keep what their callbacks share in properties of their own.
 *
 * @not-serializable
 */
#[\AllowDynamicProperties]
class Server
{
    private $onStart = null;
    private $onBeforeShutdown = null;
    private $onShutdown = null;
    private $onWorkerStart = null;
    private $onWorkerStop = null;
    private $onBeforeReload = null;
    private $onAfterReload = null;
    private $onWorkerExit = null;
    private $onWorkerError = null;
    private $onTask = null;
    private $onFinish = null;
    private $onManagerStart = null;
    private $onManagerStop = null;
    private $onPipeMessage = null;
    /** What was given to set(), and after the start what the server added; null before. */
    public $setting = null;
    /** The open connections, a Swoole\Connection\Iterator. */
    public $connections = null;
    /** The address of the first port, or the path of its Unix socket. */
    public $host = '';
    /** The port number that is bound, also when 0 was asked for. */
    public $port = 0;
    /** The socket type of the first port, one of the SWOOLE_SOCK_* constants. */
    public $type = 0;
    /** Whether the first port speaks TLS. */
    public $ssl = false;
    /** SWOOLE_BASE or SWOOLE_PROCESS. */
    public $mode = 0;
    /** All ports, a list of Swoole\Server\Port; the first is the one of the constructor. */
    public $ports = null;
    /** The process id of the master. */
    public $master_pid = 0;
    /** The process id of the manager; 0 where there is none. */
    public $manager_pid = 0;
    /** The number of this worker; -1 in other processes. */
    public $worker_id = -1;
    /** Whether this process is a task worker. */
    public $taskworker = false;
    /** The process id of this worker. */
    public $worker_pid = 0;
    public $stats_timer = null;
    public $admin_server = null;

    /**
     * Binds the first address; clients are let in with start().
     *
     * @param string $host an IPv4 or IPv6 address, a host name, or the path of a Unix socket
     * @param int $port 0..65535; 0 picks a free one, see $port
     * @param int $mode SWOOLE_BASE or SWOOLE_PROCESS
     * @param int $sock_type one of the SWOOLE_SOCK_* constants
     * @throws Exception when the address cannot be bound, or a server was made in this process before
     */
    public function __construct(string $host = '0.0.0.0', int $port = 0, int $mode = \SWOOLE_BASE, int $sock_type = \SWOOLE_SOCK_TCP) {}

    public function __destruct() {}

    /**
     * Listens on a further address.
     *
     * @param string $host an IPv4 or IPv6 address, a host name, or the path of a Unix socket
     * @param int $port 0..65535; 0 picks a free one
     * @param int $sock_type one of the SWOOLE_SOCK_* constants
     * @return Server\Port|false the port, with settings and callbacks of its own; false, with a warning, when the address cannot be bound or
     *                           the server runs already
     */
    public function listen(string $host, int $port, int $sock_type): Server\Port|false {}

    /**
     * The same as listen().
     *
     * @implementation-alias listen
     */
    public function addlistener(string $host, int $port, int $sock_type): Server\Port|false {}

    /**
     * Registers a callback; a second one for the same event replaces the first.
     *
     * @param string $event_name Start, WorkerStart, Connect, Receive, Close, …, without regard to case
     * @param callable $callback gets the server and what the event is about
     * @return bool false, with a warning, for an unknown event or what cannot be called
     */
    public function on(string $event_name, callable $callback): bool {}

    /** The callback for an event, just as it was registered; null if there is none. */
    public function getCallback(string $event_name): \Closure|array|string|null {}

    /**
     * Sets options, before the start; those of a port go to the first port.
     *
     * @param array $settings option name => value; null leaves an option as it is. An unknown name gets a warning.
     */
    public function set(array $settings): bool {}

    /**
     * Runs the server until it is shut down.
     *
     * @return bool true after the server has run; false, with a warning, when it cannot start
     */
    public function start(): bool {}

    /**
     * Sends data to a connection. Never waits: what the peer has not read yet is queued.
     *
     * @param int|string $fd the session id of the connection
     * @param string $send_data at least one byte
     * @param int $serverSocket for datagram sockets: the socket to send from
     * @return bool false on failure, see getLastError()
     */
    public function send(int|string $fd, string $send_data, int $serverSocket = -1): bool {}

    /** Whether a connection is open. In SWOOLE_BASE: and this worker's. */
    public function exists(int $fd): bool {}

    /**
     * The same as exists().
     *
     * @implementation-alias exists
     */
    public function exist(int $fd): bool {}

    /**
     * Closes a connection after what was sent before is delivered.
     *
     * @param int $fd the session id of the connection
     * @param bool $reset at once, throwing away what is still queued
     * @return bool false if there is no such connection, see getLastError()
     */
    public function close(int $fd, bool $reset = false): bool {}

    /**
     * Replaces all workers by new ones, each after it has finished what it has in hand.
     *
     * @param bool $only_reload_taskworker only the task workers
     */
    public function reload(bool $only_reload_taskworker = false): bool {}

    /**
     * Adds a process of the program's own, before the start. The manager starts it, starts it again when it ends, and ends it with the server; a
     * reload leaves it alone. It can send to connections and close them.
     *
     * @return int|false its number, from 0; false, with a warning, once the server has been started
     */
    public function addProcess(Process $process): int|false {}

    /** Ends the server: start() returns in the process that called it. */
    public function shutdown(): bool {}

    /**
     * Ends one worker, which is then replaced.
     *
     * @param int $workerId its number; -1 is the calling worker
     */
    public function stop(int $workerId = -1): bool {}

    /** The code of the last error in this process: an errno or one of the SWOOLE_ERROR_* constants. */
    public function getLastError(): int {}

    /**
     * What is known of a connection.
     *
     * @param int $fd the session id of the connection
     * @param int $reactor_id has no effect
     * @param bool $ignoreError has no effect
     * @return array|false server_port, server_fd, socket_fd, socket_type, remote_port, remote_ip, reactor_id, connect_time, last_time,
     *                     last_recv_time, last_send_time, last_dispatch_time, close_errno, recv_queued_bytes, send_queued_bytes
     */
    public function getClientInfo(int $fd, int $reactor_id = -1, bool $ignoreError = false): array|false {}

    /**
     * Session ids of open connections, ordered by socket number.
     *
     * @param int $start_fd the session id after which to begin; 0 begins with the first
     * @param int $find_count how many at most, up to 100
     * @return array|false a list; false when there are none left
     */
    public function getClientList(int $start_fd = 0, int $find_count = 10): array|false {}

    /** The number of this worker; false in other processes. */
    public function getWorkerId(): int|false {}

    /**
     * The process id of a worker.
     *
     * @param int $worker_id its number; -1 is the calling process
     */
    public function getWorkerPid(int $worker_id = -1): int|false {}

    /**
     * What a worker does: one of the SWOOLE_WORKER_* constants.
     *
     * @param int $worker_id its number; -1 is the calling worker
     */
    public function getWorkerStatus(int $worker_id = -1): int|false {}

    /** The process id of the manager; 0 where there is none. */
    public function getManagerPid(): int {}

    /** The process id of the master; 0 before the start. */
    public function getMasterPid(): int {}

    /**
     * The same as getClientInfo().
     *
     * @implementation-alias getClientInfo
     */
    public function connection_info(int $fd, int $reactor_id = -1, bool $ignoreError = false): array|false {}

    /**
     * The same as getClientList().
     *
     * @implementation-alias getClientList
     */
    public function connection_list(int $start_fd = 0, int $find_count = 10): array|false {}

    /** Counters of the server and of the calling worker. */
    public function stats(): array {}
}

\class_alias(Server::class, 'swoole_server');
