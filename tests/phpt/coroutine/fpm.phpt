--TEST--
Requests of one PHP-FPM process: nothing that was set is left for the next, nor the helper thread
--SKIPIF--
<?php
if (!is_file('/usr/sbin/php-fpm' . PHP_MAJOR_VERSION . '.' . PHP_MINOR_VERSION)) die('skip no php-fpm of this version');
--FILE--
<?php
require __DIR__ . '/../include/fpm.php';
$fpm = new Fpm(<<<'PHP'
<?php
use Swoole\Coroutine;
switch ($_SERVER['QUERY_STRING']) {
    case 'set':
        // no coroutine is ever started
        Coroutine::set(['max_coroutine' => 77, 'enable_preemptive_scheduler' => true]);
        Swoole\Runtime::enableCoroutine(SWOOLE_HOOK_SLEEP);
        break;
    case 'compute':
        Coroutine::set(['enable_preemptive_scheduler' => true]);
        Co\run(function () {
            Coroutine::setTimeLimit(5);
            $others = false;
            go(function () use (&$others) { Coroutine::sleep(0.001); $others = true; });
            while (!$others) {
            }
        });
        break;
}
$threads = count(glob('/proc/self/task/*'));
echo json_encode([Coroutine::getOptions(), Swoole\Runtime::getHookFlags() !== 0, Coroutine::stats()['coroutine_num'], $threads, getmypid()]);
PHP);
foreach (['set', 'ask', 'compute', 'ask', 'compute', 'ask'] as $query) {
    [$options, $hooks, $count, $threads, $pids[]] = json_decode($fpm->request($query));
    echo "$query: ", json_encode($options), ' ', json_encode($hooks), " $count coroutines, $threads threads\n";
}
echo count(array_unique($pids)), " process\n";
--EXPECT--
set: {"max_coroutine":77,"enable_preemptive_scheduler":true} true 0 coroutines, 1 threads
ask: null false 0 coroutines, 1 threads
compute: {"enable_preemptive_scheduler":true} true 0 coroutines, 2 threads
ask: null false 0 coroutines, 1 threads
compute: {"enable_preemptive_scheduler":true} true 0 coroutines, 2 threads
ask: null false 0 coroutines, 1 threads
1 process
