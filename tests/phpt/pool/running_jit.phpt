--TEST--
Process\Pool: a busy loop in a worker, and one in the master, see the end also when the JIT has compiled them
--INI--
zend_extension=opcache
opcache.enable_cli=1
opcache.jit=tracing
opcache.jit_hot_loop=2
opcache.jit_hot_func=2
opcache.jit_buffer_size=32M
--SKIPIF--
<?php
if (!is_file(ini_get('extension_dir') . '/opcache.so')) die('skip no opcache');
?>
--FILE--
<?php
require __DIR__ . '/pool.inc';

$pool = pool(function () {
    $pool = new Swoole\Process\Pool(2);
    $pool->on('WorkerStart', function ($pool, $id) {
        $turns = 0;
        while ($pool->workerRunning) {
            // So late that the loop is compiled.
            if (++$turns === 100000) {
                note("begin $id");
            }
        }
        note("end $id");
    });
    $pool->on('Start', function ($pool) {
        wait_for(fn() => substr_count(file_get_contents(getenv('SWOOLE_NOTES')), 'begin') === 2, 'the workers');
        $pool->shutdown();
        while ($pool->running);
        note('start');
    });
    return $pool;
});
echo 'status ', $pool->wait(), "\n", sorted($pool);
?>
--EXPECT--
status 0
begin 0
begin 1
end 0
end 1
start
start() null
