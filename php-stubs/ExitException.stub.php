<?php

namespace Swoole;

/** What exit() throws in a coroutine. */
class ExitException extends \Swoole\Exception
{
    private $flags = 0;
    private $status = 0;

    /** Where exit() was called: SWOOLE_EXIT_IN_COROUTINE, SWOOLE_EXIT_IN_SERVER or both. */
    public function getFlags(): int {}

    /** What exit() was given. */
    public function getStatus(): mixed {}
}
