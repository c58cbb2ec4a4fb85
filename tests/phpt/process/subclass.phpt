--TEST--
Swoole\Process: subclasses, callables of each form, objects that were not constructed
--FILE--
<?php
use Swoole\Process;

final class Counter extends Process
{
    private int $from;

    public function __construct(int $from)
    {
        $this->from = $from;
        parent::__construct([$this, 'count'], false, SOCK_STREAM);
    }

    public function count(Counter $process): void
    {
        $this->write(json_encode([$process === $this, $this->from + 1]));
    }

    public static function fixed(Process $process): void { $process->write('static method'); }
}

function named(Process $process): void { $process->write('function'); }

$counter = new Counter(41);
$counter->start();
echo $counter->read(), ' ', Process::wait()['code'], "\n";
$invokable = new class { public function __invoke(Process $process): void { $process->write('invokable'); } };
foreach (['named', 'Counter::fixed', ['Counter', 'fixed'], $invokable, named(...)] as $callable) {
    $process = new Process($callable);
    $process->start();
    echo $process->read(), ' ', Process::wait()['code'], "\n";
}

try {
    new Process('no_such_function');
} catch (TypeError $error) {
    echo $error->getMessage(), "\n";
}
try {
    new Process();
} catch (ArgumentCountError $error) {
    echo $error->getMessage(), "\n";
}
foreach ([fn() => clone new Process(fn() => null), fn() => serialize(new Process(fn() => null))] as $wrong) {
    try {
        $wrong();
    } catch (Throwable $error) {
        echo $error->getMessage(), "\n";
    }
}
?>
--EXPECTF--
[true,42] 0
function 0
static method 0
static method 0
invokable 0
function 0
Swoole\Process::__construct(): Argument #1 ($callback) must be a valid callback, function "no_such_function" not found or invalid function name
Swoole\Process::__construct() expects at least 1 argument, 0 given
Trying to clone an uncloneable object of class Swoole\Process
Serialization of 'Swoole\Process' is not allowed
