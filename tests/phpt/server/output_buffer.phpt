--TEST--
What was printed into a buffer before the start is printed once, not by every process
--FILE--
<?php
require __DIR__ . '/../include/serve.php';

foreach ([SWOOLE_BASE, SWOOLE_PROCESS] as $mode) {
    $served = serve(function () use ($mode) {
        ob_start();
        echo "before\n";
        mt_srand(5); // and random numbers differ in each worker all the same
        $server = new Swoole\Server('127.0.0.1', 0, $mode);
        $server->set(['worker_num' => 3, 'log_level' => SWOOLE_LOG_NONE]);
        $server->on('WorkerStart', fn() => note('random ' . mt_rand()));
        $server->on('Receive', fn() => null);
        return $server;
    });
    $served->await('/^random/', 3);
    echo 'status ', $served->stop(), ', ', count(array_unique(explode("\n", trim($served->notes())))), " numbers\n";
}
?>
--EXPECT--
before
status 0, 3 numbers
before
status 0, 3 numbers
