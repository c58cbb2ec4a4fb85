<?php

namespace Swoole\Coroutine;

/** Thrown in a coroutine where it waits, by Swoole\Coroutine::cancel($cid, true). */
final class CanceledException extends \Exception
{
}
