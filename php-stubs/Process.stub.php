<?php

namespace Swoole;

/**
 * A child process that calls a function, and the way to it: a pair of sockets that is open before it starts, or a System V message queue.
 *
 * @not-serializable
 */
class Process
{
    /** For useQueue(): push() and pop() do not wait. */
    public const IPC_NOWAIT = 256;
    /** For close(): the parent's end. */
    public const PIPE_MASTER = 1;
    /** For close(): the child's end. */
    public const PIPE_WORKER = 2;
    /** For close(): nothing more is read at this end. */
    public const PIPE_READ = 3;
    /** For close(): nothing more is written at this end, and the other side reads to the end. */
    public const PIPE_WRITE = 4;
    /** For the constructor: no pipe. */
    public const PIPE_TYPE_NONE = 0;
    /** For the constructor: a pipe of bytes. */
    public const PIPE_TYPE_STREAM = 1;
    /** For the constructor: a pipe that keeps the bounds of messages. */
    public const PIPE_TYPE_DGRAM = 2;

    /** The descriptor of this process's end of the pipe. */
    public $pipe;
    /** The system's number of the message queue, after useQueue(). */
    public $msgQueueId;
    /** The key of the message queue, after useQueue(). */
    public $msgQueueKey;
    /** The process id of the child, once it has started. */
    public $pid;
    /** The number of a server's or a pool's process. */
    public $id;
    private $callback;

    /**
     * Makes the pipe; the process starts with start().
     *
     * @param callable $callback gets this object, in the child; what it returns is of no meaning
     * @param bool $redirect_stdin_and_stdout whether the child's standard input, output and error are the pipe, which is one of bytes then
     * @param int $pipe_type one of the PIPE_TYPE_* constants
     * @param bool $enable_coroutine whether the callback is run in a coroutine
     */
    public function __construct(callable $callback, bool $redirect_stdin_and_stdout = false, int $pipe_type = \SOCK_DGRAM, bool $enable_coroutine = false) {}

    public function __destruct() {}

    /**
     * Collects a child that has ended.
     *
     * @param bool $blocking whether to wait for one
     * @return array|false its `pid`, its exit status `code` and the `signal` that killed it, 0 if none did; false when there is none
     */
    public static function wait(bool $blocking = true): array|false {}

    /**
     * Has a function called when a signal comes: `function (int $signo)`, in a coroutine, from the event loop. That alone does not keep the loop
     * going.
     *
     * @param callable|null $callback in place of the one before; null takes it back
     * @return bool false, with a warning, for a signal that cannot be caught, that the server handles itself, or that has no function to be taken back
     */
    public static function signal(int $signal_no, ?callable $callback = null): bool {}

    /**
     * Has the system send a signal to this process again and again.
     *
     * @param int $usec the interval in microseconds; 0 or less ends it
     * @param int $type 0: all time, SIGALRM; 1: time in user mode, SIGVTALRM; 2: time that the process runs, SIGPROF
     */
    public static function alarm(int $usec, int $type = 0): bool {}

    /**
     * Sends a signal to a process.
     *
     * @param int $pid the process; 0, -1 and -N are groups, as for kill(2)
     * @param int $signal_no the signal; 0 only asks whether the process is there
     * @return bool false, with a warning, when that is not possible; without one for signal 0
     */
    public static function kill(int $pid, int $signal_no = \SIGTERM): bool {}

    /**
     * Has the script go on in the background, in a new process without a terminal; the one that it was in ends with status 0.
     *
     * @param bool $nochdir whether the working directory stays; otherwise it is the root
     * @param bool $noclose whether the standard streams stay; otherwise nothing comes from them, and what is written to them is lost
     * @param array $pipes streams, sockets or descriptors in place of standard input, output and error; null leaves one as it is
     */
    public static function daemon(bool $nochdir = true, bool $noclose = true, array $pipes = []): bool {}

    /**
     * Lets this process run on only on some processors.
     *
     * @param array $cpu_settings their numbers, from 0
     */
    public static function setAffinity(array $cpu_settings): bool {}

    /** The numbers of the processors that this process may run on. */
    public static function getAffinity(): array {}

    /**
     * Sets a priority: -20 is the most favoured, 19 the least.
     *
     * @param int $which 0 (PRIO_PROCESS), 1 (PRIO_PGRP) or 2 (PRIO_USER)
     * @param int|null $who the process, group or user; null is this object's process
     */
    public function setPriority(int $which, int $priority, ?int $who = null): bool {}

    /**
     * A priority.
     *
     * @param int $which 0 (PRIO_PROCESS), 1 (PRIO_PGRP) or 2 (PRIO_USER)
     * @param int|null $who the process, group or user; null is this object's process
     */
    public function getPriority(int $which, ?int $who = null): int|false {}

    /**
     * Sets options, before the start.
     *
     * @param array $settings `enable_coroutine`: whether the callback is run in a coroutine
     */
    public function set(array $settings): void {}

    /**
     * How long read() and write() wait.
     *
     * @param float $seconds 0 and less are without end
     */
    public function setTimeout(float $seconds): bool {}

    /** Whether read() and write() wait at all. */
    public function setBlocking(bool $blocking): bool {}

    /**
     * Opens a message queue of the system, for push() and pop(). It is there until freeQueue().
     *
     * @param int $key the same queue for the same key; 0 makes one of the script's file
     * @param int $mode 1 (SWOOLE_MSGQUEUE_ORIENT): what is pushed is for this object's process; 2 (SWOOLE_MSGQUEUE_BALANCE): for whoever pops first;
     *     either with IPC_NOWAIT
     * @param int $capacity the most bytes that it holds; -1 leaves it as it is
     */
    public function useQueue(int $key = 0, int $mode = 2, int $capacity = -1): bool {}

    /** What waits in the queue: `queue_num` messages of `queue_bytes` bytes. */
    public function statQueue(): array|false {}

    /** Removes the queue from the system. */
    public function freeQueue(): bool {}

    /**
     * Starts the child.
     *
     * @return int|bool its process id; false, with a warning, when it runs already or cannot be started
     */
    public function start(): int|bool {}

    /**
     * Writes to the pipe. Where an event loop is there, and no timeout set, it does not wait: what the pipe does not take goes out later.
     *
     * @return int|false how many bytes; false with a warning, or without one when the time is over
     */
    public function write(string $data): int|false {}

    /**
     * Closes the pipe.
     *
     * @param int $which 0 for both ends, or one of PIPE_MASTER, PIPE_WORKER, PIPE_READ and PIPE_WRITE
     */
    public function close(int $which = 0): bool {}

    /**
     * Reads from the pipe: one message, or what is there of a stream.
     *
     * @param int $size at most so many bytes: the rest of a message is lost
     * @return string|false "" at a stream's end; false with a warning, or without one when the time is over
     */
    public function read(int $size = 8192): string|false {}

    /** Puts a message into the queue. */
    public function push(string $data): bool {}

    /**
     * Takes a message out of the queue.
     *
     * @param int $size a longer one is refused, and stays
     */
    public function pop(int $size = 65536): string|false {}

    /** Ends this process, in the child, as exit() does. */
    public function exit(int $exit_code = 0): void {}

    /**
     * Turns the child into another program.
     *
     * @param string $exec_file its path
     * @param array $args its arguments, without its name
     * @return bool false, with a warning, if that is not possible
     */
    public function exec(string $exec_file, array $args): bool {}

    /**
     * This process's end of the pipe, for coroutines: what reads or writes it holds up its own coroutine only. From then on read() does not wait.
     *
     * @return Coroutine\Socket|false the same object each time; false, with a warning, when there is no pipe
     */
    public function exportSocket(): Coroutine\Socket|false {}

    /** Names this process as `ps` shows it. */
    public function name(string $process_name): bool {}
}
