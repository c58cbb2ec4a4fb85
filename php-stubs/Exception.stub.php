<?php

namespace Swoole;

/** What can be caught and dealt with: an address in use, a name that is not known. The code is an errno or a SWOOLE_ERROR_* constant. */
class Exception extends \Exception
{
}
