<?php

namespace Swoole\Coroutine;

/** Thrown in a coroutine that has not ended within the time that Swoole\Coroutine::setTimeLimit() gave it. */
final class TimeoutException extends \Exception
{
}
