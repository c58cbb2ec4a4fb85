--TEST--
Process\Pool: set() takes what is general too: hook_flags, the log; sizes with an ending; what is no number is refused
--FILE--
<?php
require __DIR__ . '/pool.inc';

$refuser = new Swoole\Process\Pool(1);
foreach ([['max_wait_time' => 'soon'], ['max_package_size' => '12 apples'], ['max_package_size' => 0], ['log_level' => 9]] as $settings) {
    $refuser->set($settings);
}
$refuser->set(['max_wait_time' => null, 'max_package_size' => ' 1k ', 'hook_flags' => null]);

foreach (['of the pool' => true, 'of coroutines' => false] as $whose => $own) {
    $log = tempnam(sys_get_temp_dir(), 'pool');
    $pool = pool(function () use ($log, $own) {
        $pool = new Swoole\Process\Pool(1, SWOOLE_IPC_NONE, 0, true);
        if ($own) {
            // What coroutines are given otherwise is overridden.
            Swoole\Coroutine::set(['hook_flags' => 0]);
        } else {
            Swoole\Coroutine::set(['hook_flags' => SWOOLE_HOOK_SLEEP]);
        }
        $pool->set(['log_file' => $log, 'log_level' => SWOOLE_LOG_WARNING, 'max_wait_time' => 1e300] + ($own ? ['hook_flags' => SWOOLE_HOOK_SLEEP] : []));
        $pool->on('WorkerStart', function () {
            $order = [];
            go(function () use (&$order) {
                usleep(50000);
                $order[] = 'slept';
            });
            $order[] = 'went on';
            Swoole\Coroutine::sleep(0.2);
            note(json_encode([Swoole\Runtime::getHookFlags(), $order]));
            exit(3);
        });
        return $pool;
    });
    $pool->await('/slept/', 2);
    echo "$whose: status ", $pool->stop(), "\n", explode("\n", $pool->notes())[0], "\n";
    preg_match('/WARNING\tworker.*id=0.* (abnormal exit, status=255)/', file_get_contents($log), $line);
    echo $line[1] ?? 'no line: ' . file_get_contents($log), "\n";
    unlink($log);
}
?>
--EXPECTF--
Warning: Swoole\Process\Pool::set(): max_wait_time must be a number, 0 or more, got soon in %s on line 6

Warning: Swoole\Process\Pool::set(): max_package_size must be a number, 1 or more, got 12 apples in %s on line 6

Warning: Swoole\Process\Pool::set(): max_package_size must be a number, 1 or more, got 0 in %s on line 6

Warning: Swoole\Process\Pool::set(): log_level must be 0..=6, got 9; 6 is used in %s on line 6
of the pool: status 0
[512,["went on","slept"]]
abnormal exit, status=255
of coroutines: status 0
[512,["went on","slept"]]
abnormal exit, status=255
