<?php

namespace Swoole\Coroutine;

/** The ids of all coroutines. */
class Iterator extends \ArrayIterator
{
}

class_alias(Iterator::class, 'co\iterator');
