--TEST--
on() and getCallback(): names without regard to case, what is unknown, what cannot be called (row 9)
--FILE--
<?php
$server = new Swoole\Server('127.0.0.1', 0);
$closure = function () {};
class Handler { public function receive() {} public static function close() {} public function __call($name, $arguments) {} private function hidden() {} }
$handler = new Handler;
var_dump($server->on('rEcEiVe', [$handler, 'receive']), $server->on('start', $closure), $server->on('CLOSE', 'Handler::close'));
var_dump($server->on('Connect', 'strlen'), $server->on('connect', 'trim'));
var_dump($server->getCallback('Receive') === [$handler, 'receive'], $server->getCallback('START') === $closure);
var_dump($server->getCallback('close'), $server->getCallback('Connect'), $server->getCallback('WorkerStart'), $server->getCallback('nonsense'));
var_dump($server->on('WorkerStart', [$handler, 'anything'])); // __call
foreach (['Request', 'Handshake', 'Open', 'Message', 'Disconnect', 'BeforeHandshakeResponse', 'Task', 'Finish', 'Packet', 'PipeMessage', 'BufferFull', 'BufferEmpty'] as $name) {
    $server->on($name, $closure) || print("$name is refused\n");
}
var_dump($server->on('recieve', $closure), swoole_last_error(), $server->getLastError());
var_dump($server->on('onReceive', $closure));
var_dump($server->on('Receive', 'no_such_function'));
var_dump($server->on('Receive', 5));
var_dump($server->getCallback('Receive') === [$handler, 'receive']);

$port = $server->listen('127.0.0.1', 0, SWOOLE_SOCK_TCP);
var_dump($port->getCallback('receive'), $port->on('Receive', $closure), $port->getCallback('receive') === $closure);
var_dump($port->on('Start', $closure));
try {
    $server->on('Receive');
} catch (ArgumentCountError $e) {
    echo $e->getMessage(), "\n";
}
?>
--EXPECTF--
bool(true)
bool(true)
bool(true)
bool(true)
bool(true)
bool(true)
bool(true)
string(14) "Handler::close"
string(4) "trim"
NULL
NULL
bool(true)

Warning: Swoole\Server::on(): unknown event types[recieve] in %s on line %d
bool(false)
int(510)
int(510)

Warning: Swoole\Server::on(): unknown event types[onReceive] in %s on line %d
bool(false)

Warning: Swoole\Server::on(): the callback for Receive cannot be called in %s on line %d
bool(false)

Warning: Swoole\Server::on(): the callback for Receive cannot be called in %s on line %d
bool(false)
bool(true)
NULL
bool(true)
bool(true)

Warning: Swoole\Server\Port::on(): unknown event types[Start] in %s on line %d
bool(false)
Swoole\Server::on() expects exactly 2 arguments, 1 given
