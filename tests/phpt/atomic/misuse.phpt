--TEST--
Swoole\Atomic: a constructor that did not run, or ran twice
--FILE--
<?php
class Counter extends Swoole\Atomic
{
    public function __construct() {}
}
foreach ([fn() => (new Counter())->add(), fn() => (new Swoole\Atomic())->__construct(), fn() => clone new Swoole\Atomic(),
    fn() => serialize(new Swoole\Atomic\Long())] as $case) {
    try {
        $case();
    } catch (Throwable $error) {
        echo get_class($error), ': ', $error->getMessage(), "\n";
    }
}
?>
--EXPECT--
Error: the constructor of Swoole\Atomic was not called
Error: the constructor of Swoole\Atomic was called already
Error: Trying to clone an uncloneable object of class Swoole\Atomic
Exception: Serialization of 'Swoole\Atomic\Long' is not allowed
