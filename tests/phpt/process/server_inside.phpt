--TEST--
Swoole\Process: a server in it, though its parent has used the event loop
--FILE--
<?php
use Swoole\Process;

Swoole\Coroutine\run(fn() => Swoole\Coroutine::sleep(0.001));
Swoole\Timer::after(600_000, fn() => null);
foreach ([SWOOLE_BASE => 1, SWOOLE_PROCESS => 2] as $mode => $workers) {
    $process = new Process(function (Process $process) use ($mode, $workers) {
        $server = new Swoole\Server('127.0.0.1', 0, $mode);
        $server->set(['worker_num' => $workers, 'log_level' => SWOOLE_LOG_NONE]);
        $server->on('Start', fn() => $process->write((string) $server->port));
        $server->on('Receive', fn($server, $fd, $reactor, $data) => $server->send($fd, "$data from worker $server->worker_id"));
        $server->on('Shutdown', fn() => print "shutdown\n");
        $ended = $server->start();
        echo 'start() returns ', json_encode($ended), "\n";
    });
    $process->start();
    $client = new Swoole\Client(SWOOLE_SOCK_TCP);
    $client->connect('127.0.0.1', (int) $process->read(), 10);
    $client->send('hello');
    echo preg_replace('/\d/', 'N', $client->recv()), "\n";
    Process::kill($process->pid);
    echo json_encode(['code' => 0, 'signal' => 0] == array_diff_key(Process::wait(), ['pid' => 1])), "\n";
}
Swoole\Timer::clearAll();
?>
--EXPECT--
hello from worker N
shutdown
start() returns true
true
hello from worker N
shutdown
start() returns true
true
