--TEST--
set(): an unknown option gets one warning, odd values are kept (rows 4 and 6)
--FILE--
<?php
set_error_handler(function (int $level, string $text) {
    echo $level === E_USER_WARNING ? 'E_USER_WARNING' : $level, ": $text\n";
});
$server = new Swoole\Server('127.0.0.1', 0);
var_dump($server->set(['worker_nmu' => 2, 'log_level' => SWOOLE_LOG_ERROR]));
var_dump($server->set(['worker_num' => -1, 'backlog' => -1, 'log_level' => 'x', 'enable_coroutine' => true, 5 => 6]));
echo json_encode($server->setting), "\n";
try {
    $server->set(5);
} catch (TypeError $e) {
    echo $e->getMessage(), "\n";
}
?>
--EXPECTF--
E_USER_WARNING: unsupported option [worker_nmu], did you mean 'worker_num'?
bool(true)
%A
E_USER_WARNING: unsupported option [5]
bool(true)
{"worker_nmu":2,"log_level":"x","worker_num":-1,"backlog":-1,"enable_coroutine":true,"5":6}
Swoole\Server::set(): Argument #1 ($settings) must be of type array, int given
