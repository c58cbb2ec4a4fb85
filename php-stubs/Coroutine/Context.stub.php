<?php

namespace Swoole\Coroutine;

/** What a coroutine keeps for itself: see Swoole\Coroutine::getContext(). */
#[\AllowDynamicProperties]
class Context extends \ArrayObject
{
}

class_alias(Context::class, 'co\context');
