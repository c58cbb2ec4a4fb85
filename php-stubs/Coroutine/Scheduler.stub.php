<?php

namespace Swoole\Coroutine;

/**
 * Runs coroutines and the event loop until nothing is left.
 *
 * @not-serializable
 */
final class Scheduler
{
    /** Adds a coroutine, to be started by start(). */
    public function add(callable $func, mixed ...$param): void {}

    /** Adds the same one so many times. */
    public function parallel(int $n, callable $func, mixed ...$param): void {}

    /** Sets options, as Swoole\Coroutine::set() does. */
    public function set(array $settings): void {}

    /** What set() was given; null before. */
    public function getOptions(): ?array {}

    /**
     * Starts all that was added, and returns when all coroutines, timers and events are done.
     *
     * @return bool false, with a warning, when it has started before or the event loop runs already
     */
    public function start(): bool {}
}

class_alias(Scheduler::class, 'co\scheduler');
