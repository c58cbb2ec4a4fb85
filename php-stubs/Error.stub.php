<?php

namespace Swoole;

/** A mistake in the program, such as a call in a place where it is not possible. */
class Error extends \Error
{
}
