--TEST--
Process\Pool: calls before start(), and in a pool of another kind
--FILE--
<?php
use Swoole\Process\Pool;

$pool = new Pool(2);
$calls = [
    'getProcess' => fn() => $pool->getProcess(0),
    'listen' => fn() => $pool->listen('127.0.0.1', 0),
    'write' => fn() => $pool->write('x'),
    'sendMessage' => fn() => $pool->sendMessage('x', 0),
    'detach' => fn() => $pool->detach(),
    'stop' => fn() => $pool->stop(),
    'shutdown' => fn() => $pool->shutdown(),
];
set_error_handler(function ($level, $text) {
    echo "$text\n";
    return true;
});
foreach ($calls as $name => $call) {
    echo "$name: ";
    var_dump($call());
}
$pool->on('WorkerStart', fn() => 1);
$timer = Swoole\Timer::after(60000, fn() => 1);
echo 'start: ';
var_dump($pool->start());
Swoole\Timer::clear($timer);
$socket = new Pool(1, SWOOLE_IPC_SOCKET);
$socket->on('Message', fn() => 1);
var_dump($socket->listen('127.0.0.1', 70000), swoole_last_error());
var_dump($socket->listen('300.1.1.1', 0));
?>
--EXPECT--
getProcess: Swoole\Process\Pool::getProcess(): the process pool is not running
bool(false)
listen: Swoole\Process\Pool::listen(): the ipc_type of the pool must be SWOOLE_IPC_SOCKET for that
bool(false)
write: Swoole\Process\Pool::write(): the ipc_type of the pool must be SWOOLE_IPC_SOCKET for that
bool(false)
sendMessage: Swoole\Process\Pool::sendMessage(): the process pool is not running
bool(false)
detach: Swoole\Process\Pool::detach(): the process pool is not running
bool(false)
stop: Swoole\Process\Pool::stop(): the process pool is not running
NULL
shutdown: Swoole\Process\Pool::shutdown(): the process pool is not running
bool(false)
start: Swoole\Process\Pool::start(): The event-loop has already been created, unable to start
bool(false)
Swoole\Process\Pool::listen(): failed to listen server port[127.0.0.1:70000], Error: the port must be 0..=65535[9004]
bool(false)
int(9004)
Swoole\Process\Pool::listen(): failed to listen server port[300.1.1.1:0], Error: Success[0]
bool(false)
