--TEST--
Swoole\Process::exit(): ends the process that it is called in, which must be that of the object; otherwise a warning
--FILE--
<?php
require __DIR__ . '/../include/child.php';
use Swoole\Process;

foreach ([0, 9, 255, 256, -1] as $code) {
    $process = new Process(function (Process $process) use ($code) {
        register_shutdown_function(fn() => print "shutdown\n");
        try {
            $process->exit($code);
        } finally {
            echo "not reached\n";
        }
    });
    $process->start();
    echo Process::wait()['code'], "\n";
}
child('<?php var_dump((new Swoole\Process(fn() => null))->exit(3)); echo "goes on\n";');
child('<?php
final class Bare extends Swoole\Process { public function __construct() {} }
(new Bare)->start();');
child('<?php $p = new Swoole\Process(fn() => null); $p->__construct(fn() => null);');
?>
--EXPECTF--
shutdown
0
shutdown
9
shutdown
255

Warning: Swoole\Process::exit(): an exit status is 0 to 255, got 256: it is 1 in %sexit.php on line %d
shutdown
1

Warning: Swoole\Process::exit(): an exit status is 0 to 255, got -1: it is 1 in %sexit.php on line %d
shutdown
1
%AWarning: Swoole\Process::exit(): not the current process: it can end only the one that it is called in in %s on line 1
NULL
goes on

-- status 0
%AFatal error: Swoole\Process::start(): the constructor of Swoole\Process was not called in %s on line 3

-- status 255
%AFatal error: Swoole\Process::__construct(): the constructor of Swoole\Process can be called once only in %s on line 1

-- status 255
