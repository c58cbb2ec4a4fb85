--TEST--
What needs a running server warns before the start (row 11)
--FILE--
<?php
$server = new Swoole\Server('127.0.0.1', 0);
$server->on('Receive', function () {});
foreach (['send' => [1, 'x'], 'close' => [1], 'exists' => [1], 'exist' => [1], 'stats' => [], 'reload' => [], 'stop' => [],
    'getClientInfo' => [1], 'connection_info' => [1], 'getClientList' => [], 'connection_list' => []] as $method => $arguments) {
    swoole_clear_error();
    echo $method, ': ', var_export(@$server->$method(...$arguments), true), ' ', swoole_last_error(), ' ', error_get_last()['message'] ?? '', "\n";
    error_clear_last();
}
var_dump($server->getWorkerId(), $server->getMasterPid(), $server->getManagerPid());
swoole_clear_error();
var_dump($server->shutdown(), swoole_last_error(), error_get_last());
?>
--EXPECT--
send: false 503 Swoole\Server::send(): server is not running
close: false 503 Swoole\Server::close(): server is not running
exists: false 503 Swoole\Server::exists(): server is not running
exist: false 503 Swoole\Server::exist(): server is not running
stats: false 503 Swoole\Server::stats(): server is not running
reload: false 503 Swoole\Server::reload(): server is not running
stop: false 503 Swoole\Server::stop(): server is not running
getClientInfo: false 503 Swoole\Server::getClientInfo(): server is not running
connection_info: false 503 Swoole\Server::connection_info(): server is not running
getClientList: false 503 Swoole\Server::getClientList(): server is not running
connection_list: false 503 Swoole\Server::connection_list(): server is not running
bool(false)
int(0)
int(0)
bool(false)
int(509)
NULL
