--TEST--
docs/process.md: its examples, as they stand there
--FILE--
<?php
require __DIR__ . '/../include/serve.php';
require __DIR__ . '/../include/child.php';

preg_match_all('/^```php\n(.*?)^```$/ms', file_get_contents(__DIR__ . '/../../../docs/process.md'), $blocks);
[$squares, $keep, $beside] = $blocks[1];
$use = "use Swoole\\Process;\n";

child("<?php\n$squares");

// It goes on without end: the third child ends its parent.
child("<?php\n$use" . '
[$left, $parent] = [new Swoole\Atomic(3), getmypid()];
$process = new Process(fn() => $left->sub() === 0 ? Process::kill($parent) : print "a child ");
$processes = [$process->start() => $process];
' . $keep);

$served = serve(function () use ($use, $beside) {
    $server = new Swoole\Server('127.0.0.1', 0, SWOOLE_PROCESS);
    $server->set(['worker_num' => 1]);
    eval($use . $beside);
    return $server;
});
$client = $served->connect();
$client->send('x');
echo $client->recv();
echo 'status ', $served->stop(), "\n";
?>
--EXPECTF--
4
9
16
Array
(
    [pid] => %d
    [code] => 0
    [signal] => 0
)

-- status 0
a child a child %A
-- status 143
hello from beside
status 0
