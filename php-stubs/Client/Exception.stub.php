<?php

namespace Swoole\Client;

/** What a client throws. */
class Exception extends \Swoole\Exception
{
}
