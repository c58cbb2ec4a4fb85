--TEST--
The module is named swoole, and its versions agree
--FILE--
<?php
$extension = new ReflectionExtension('swoole');
var_dump(extension_loaded('swoole'), $extension->getName());
var_dump($extension->getVersion() === SWOOLE_VERSION, swoole_version() === SWOOLE_VERSION, SWOOLE_VERSION);
foreach ($extension->getINIEntries() as $name => $value) {
    echo $name, ' = ', $value, "\n";
}
?>
--EXPECT--
bool(true)
string(6) "swoole"
bool(true)
bool(true)
string(5) "6.2.2"
swoole.enable_library = 
swoole.enable_fiber_mock = Off
swoole.enable_preemptive_scheduler = Off
swoole.display_errors = On
swoole.use_shortname = On
swoole.socket_buffer_size = 8388608
swoole.blocking_detection = Off
swoole.blocking_threshold = 100000
swoole.profile = Off
swoole.leak_detection = Off
