--TEST--
Row 60: the names, and swoole.use_shortname=Off
--FILE--
<?php
$ask = <<<'PHP'
foreach (['go', 'defer', 'Co\run', 'Co\go', 'Co\defer', 'Swoole\Coroutine\run', 'Swoole\Coroutine\go', 'Swoole\Coroutine\defer',
    'Swoole\Coroutine\batch', 'Swoole\Coroutine\parallel', 'Swoole\Coroutine\map', 'swoole_coroutine_create', 'Co\batch'] as $name) {
    echo function_exists($name) ? "$name " : '';
}
foreach (['Co', 'chan', 'Co\Channel', 'Co\WaitGroup', 'Swoole\Coroutine', 'Swoole\Coroutine\Channel'] as $name) {
    echo class_exists($name, false) ? "$name " : '';
}
echo "\n";
PHP;
eval($ask);
$library = array_values(array_filter(explode("\n", file_get_contents('/proc/self/maps')), fn($line) => str_contains($line, 'swoole.so')))[0];
$library = substr($library, strpos($library, '/'));
passthru(escapeshellarg(PHP_BINARY) . ' -n -d extension=' . escapeshellarg($library) . ' -d swoole.use_shortname=Off -r ' . escapeshellarg($ask));
--EXPECT--
go defer Co\run Co\go Co\defer Swoole\Coroutine\run Swoole\Coroutine\go Swoole\Coroutine\defer Swoole\Coroutine\batch Swoole\Coroutine\parallel Swoole\Coroutine\map swoole_coroutine_create Co chan Co\Channel Co\WaitGroup Swoole\Coroutine Swoole\Coroutine\Channel 
Swoole\Coroutine\run Swoole\Coroutine\go Swoole\Coroutine\defer Swoole\Coroutine\batch Swoole\Coroutine\parallel Swoole\Coroutine\map swoole_coroutine_create Swoole\Coroutine Swoole\Coroutine\Channel
