<?php

namespace Swoole\Coroutine;

/**
 * A queue between coroutines: whoever takes from an empty one waits, and whoever puts into a full one.
 *
 * @not-serializable
 */
class Channel
{
    /** How many items it holds. */
    public $capacity = 0;
    /** What the last push() or pop() ended in: one of the SWOOLE_CHANNEL_* constants. */
    public $errCode = 0;

    /** @param int $size how many items it holds; 1 at least */
    public function __construct(int $size = 1) {}

    /**
     * Puts an item in, and waits for room if there is none.
     *
     * @param float $timeout in seconds; without end if not above 0
     * @return bool false when the time is over, the channel is closed or the coroutine was cancelled: see errCode
     */
    public function push(mixed $data, float $timeout = -1): bool {}

    /**
     * Takes the first item, and waits for one if there is none.
     *
     * @param float $timeout in seconds; without end if not above 0
     * @return mixed false when the time is over, the channel is closed and empty or the coroutine was cancelled: see errCode
     */
    public function pop(float $timeout = -1): mixed {}

    /** Whether nothing is in it. */
    public function isEmpty(): bool {}

    /** Whether no more fits. */
    public function isFull(): bool {}

    /** Closes it: all that wait are woken, what is in it can still be taken. */
    public function close(): bool {}

    /** consumer_num and producer_num, the coroutines that wait; queue_num, the items in it. */
    public function stats(): array {}

    /** How many items are in it. */
    public function length(): int {}
}

class_alias(Channel::class, 'co\channel');
class_alias(Channel::class, 'chan');
