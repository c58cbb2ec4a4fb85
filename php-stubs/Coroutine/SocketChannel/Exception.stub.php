<?php

namespace Swoole\Coroutine\SocketChannel;

/**
 * Why a caller of a channel gets no answer, or the error that is its answer. The code is the system's number where there is one (110 when the time is
 * over, 125 after close(), 104 when the server has closed the connection), else 0.
 */
class Exception extends \Swoole\Exception
{
    /** What the server's answer said was wrong, as `$answer` or `response` returned it; null when there was no answer. */
    public $result = null;
}

class_alias(Exception::class, 'co\socketchannel\exception');
