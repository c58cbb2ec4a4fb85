--TEST--
Process\Pool: what the constructor, set() and on() refuse (row 76)
--FILE--
<?php
use Swoole\Process\Pool;

function attempt(callable $what): void
{
    try {
        var_dump($what());
    } catch (Throwable $thrown) {
        echo get_class($thrown), ': ', $thrown->getMessage(), ' (', $thrown->getCode(), ")\n";
    }
}

attempt(fn() => new Pool(0));
attempt(fn() => new Pool(-3));
attempt(fn() => new Pool());
attempt(fn() => new Pool(1, 17));
attempt(fn() => new Pool(1, SWOOLE_IPC_SOCKET, 0, true));
attempt(fn() => new Pool(1, SWOOLE_IPC_MSGQUEUE, 1 << 40));
attempt(fn() => get_class(new Pool(1, SWOOLE_IPC_MSGQUEUE, 0xF0000001)));
attempt(fn() => (new Pool(1, SWOOLE_IPC_MSGQUEUE))->set(['enable_coroutine' => true]));
$pool = new Pool(1);
attempt(fn() => $pool->on('Message', fn() => 1));
attempt(fn() => $pool->on('Mesage', fn() => 1));
attempt(fn() => $pool->on('WorkerStart', 'no such function'));
attempt(fn() => $pool->on('workerstart', fn() => 1));
attempt(fn() => $pool->set(['max_wait_time' => -1, 'unknown' => 1]));
attempt(fn() => $pool->set(['max_package_size' => 0]));
attempt(fn() => $pool->set(['enable_message_bus' => true, 'max_package_size' => '100', 'max_wait_time' => 0.5]));
attempt(fn() => clone $pool);
attempt(fn() => serialize($pool));
?>
--EXPECTF--
Swoole\Exception: the parameter $worker_num must be greater than 0, got 0 (505)
Swoole\Exception: the parameter $worker_num must be greater than 0, got -3 (505)
ArgumentCountError: Swoole\Process\Pool::__construct() expects at least 1 argument, 0 given (0)
Swoole\Exception: the parameter $ipc_type must be one of the SWOOLE_IPC_* constants, got 17 (505)
Swoole\Exception: the parameter $ipc_type must be SWOOLE_IPC_UNIXSOCK when enable_coroutine is true (505)
Swoole\Exception: the parameter $msgqueue_key must be a key of 32 bits, got 1099511627776 (505)
string(19) "Swoole\Process\Pool"
Swoole\Exception: the parameter $ipc_type must be SWOOLE_IPC_UNIXSOCK when enable_coroutine is true (505)
Swoole\Exception: cannot set onMessage event with ipc_type=0: the pool has no messages (505)

Warning: Swoole\Process\Pool::on(): unknown event types[Mesage] in %s on line %d
bool(false)
TypeError: Swoole\Process\Pool::on(): Argument #2 ($callback) must be a valid callback, function "no such function" not found or invalid function name (0)
bool(true)

Warning: Swoole\Process\Pool::set(): max_wait_time must be a number, 0 or more, got -1 in %s on line %d
NULL

Warning: Swoole\Process\Pool::set(): max_package_size must be a number, 1 or more, got 0 in %s on line %d
NULL
NULL
Error: Trying to clone an uncloneable object of class Swoole\Process\Pool (0)
Exception: Serialization of 'Swoole\Process\Pool' is not allowed (0)
