--TEST--
A worker that ends well runs neither shutdown functions nor destructors; the process that called start() runs each once (row 27)
--FILE--
<?php
require __DIR__ . '/../include/serve.php';

class Witness
{
    public function __construct(private string $name) {}
    public function __destruct() { note("destructor of $this->name"); }
}

foreach ([SWOOLE_BASE, SWOOLE_PROCESS] as $mode) {
    $served = serve(function () use ($mode) {
        $server = new Swoole\Server('127.0.0.1', 0, $mode);
        $server->set(['worker_num' => 2, 'log_level' => SWOOLE_LOG_ERROR]);
        $before = new Witness('what was made before the start');
        register_shutdown_function(fn() => note('shutdown function'));
        $server->on('WorkerStart', function () use ($before) {
            global $made;
            $made = new Witness('what a worker made');
            register_shutdown_function(fn() => note('shutdown function of a worker'));
            echo 'x'; // what a worker prints is not lost when it leaves at once
            note('WorkerStart');
        });
        $server->on('WorkerStop', fn() => note('WorkerStop'));
        $server->on('Receive', fn() => null);
        return $server;
    });
    $served->await('/^WorkerStart/', 2);
    echo ' status ', $served->stop(), "\n";
    $lines = explode("\n", trim($served->notes()));
    sort($lines);
    echo implode("\n", $lines), "\n";
}
?>
--EXPECT--
xx status 0
WorkerStart
WorkerStart
WorkerStop
WorkerStop
destructor of what was made before the start
shutdown function
xx status 0
WorkerStart
WorkerStart
WorkerStop
WorkerStop
destructor of what was made before the start
shutdown function
