<?php

namespace Swoole\Process;

/**
 * Worker processes that are kept running: what ends is started again. Messages reach them by sockets, by a message queue or by TCP.
 *
 * @not-serializable
 */
class Pool
{
    /** The process id of the process that called start(); -1 before. */
    public $master_pid = -1;
    /** In a worker its process id, elsewhere -1. */
    public $workerPid = -1;
    /** In a worker its number, from 0; elsewhere -1. */
    public $workerId = -1;
    /** The Swoole\Process objects that getProcess() has made in this process, by number. */
    public $workers;
    /** In a worker: false once it has been told to end. */
    public $workerRunning = true;
    /** In the master: false once the pool is to end. */
    public $running = true;

    /**
     * @param int $worker_num how many workers
     * @param int $ipc_type SWOOLE_IPC_NONE, SWOOLE_IPC_UNIXSOCK, SWOOLE_IPC_MSGQUEUE or SWOOLE_IPC_SOCKET: where Message takes its messages from
     * @param int $msgqueue_key the key of the message queue; 0: one that goes with the pool
     * @param bool $enable_coroutine whether WorkerStart and Message are run in coroutines
     * @throws \Swoole\Exception for what cannot be
     */
    public function __construct(int $worker_num, int $ipc_type = \SWOOLE_IPC_NONE, int $msgqueue_key = 0, bool $enable_coroutine = false) {}

    public function __destruct() {}

    /**
     * Sets options: `enable_coroutine`, `max_wait_time` (seconds that a worker may take to end, 3), `max_package_size` (bytes of the largest
     * message by TCP, 8 MiB), `enable_message_bus` (accepted: messages may be of any size without it); `hook_flags`, `max_coroutine`,
     * `enable_preemptive_scheduler` and the log's options as they are elsewhere.
     */
    public function set(array $settings): void {}

    /**
     * Registers a callback, before start().
     *
     * @param string $name WorkerStart, WorkerStop and WorkerExit get ($pool, $workerId); Message ($pool, $data); Start and Shutdown ($pool), in
     *     the master
     * @return bool false, after a warning, for a name that is none of these, or once the pool runs
     * @throws \Swoole\Exception for Message in a pool without messages
     */
    public function on(string $name, callable $callback): bool {}

    /**
     * A worker's process, as this one sees it.
     *
     * @param int $work_id the worker's number; -1: this worker
     * @return \Swoole\Process|false false when there is no such worker
     */
    public function getProcess(int $work_id = -1): \Swoole\Process|false {}

    /**
     * With SWOOLE_IPC_SOCKET: binds the address on which messages come.
     *
     * @param string $host an address, or `unix:/path`
     * @return bool false, after a warning, when it cannot be bound
     */
    public function listen(string $host, int $port = 0, int $backlog = 2048): bool {}

    /**
     * With SWOOLE_IPC_SOCKET, in Message: adds to the answer, which is sent when the callback returns.
     */
    public function write(string $data): bool {}

    /**
     * With SWOOLE_IPC_UNIXSOCK: sends a message to a worker, from the master or from a worker.
     *
     * @return bool false, after a warning, when it cannot be sent
     */
    public function sendMessage(string $data, int $dst_worker_id): bool {}

    /**
     * In a worker: the pool has nothing to do with this process any more, and starts another one in its place. It takes no further message, and
     * ends when what it has begun is done.
     *
     * @return bool false the second time, and in a process that is no worker
     */
    public function detach(): bool {}

    /**
     * Runs the pool until it is ended by SIGTERM or shutdown().
     *
     * @return false|null null at the end; false, after a warning, when it cannot start
     */
    public function start(): ?false {}

    /** In a worker: takes no further message, and ends when nothing is left; another one is started in its place. */
    public function stop(): void {}

    /** Ends the pool, from any of its processes. */
    public function shutdown(): bool {}
}
