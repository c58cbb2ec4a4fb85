<?php

namespace Swoole\Coroutine\Socket;

/** A socket cannot be made, or an argument cannot be one. The code is an errno. */
class Exception extends \Swoole\Exception
{
}

class_alias(Exception::class, 'co\socket\exception');
