--TEST--
Swoole\Server::addProcess(): started, watched and ended by the manager (row 29)
--FILE--
<?php
require __DIR__ . '/../include/serve.php';
use Swoole\Process;

final class Mirror extends Process
{
    public function __construct(private Swoole\Server $server)
    {
        parent::__construct($this->run(...));
    }

    public function run(Process $process): void
    {
        note('begin: ' . json_encode([
            $process === $this, $process->id, $process->pid === getmypid(), is_int($process->pipe), $this->server->worker_id,
            $this->server->getWorkerId(), $this->server->stats()['user_worker_num'], Swoole\Coroutine::getCid(),
        ]));
        note("runs as $process->pid");
        while (true) {
            $line = explode(' ', $process->read(), 2);
            match ($line[0]) {
                'exit' => exit(3),
                'throw' => throw new Exception('of the process'),
                'return' => null,
                'close' => note('close: ' . json_encode([$this->server->close(1), $this->server->close(1)])),
                default => note('send: ' . json_encode($this->server->send(1, "from the process: $line[0]\n"))),
            };
            if ($line[0] === 'return') {
                return;
            }
        }
    }
}

/** The pids that it ran as, in order. */
function pids(Served $served): array
{
    preg_match_all('/^runs as (\d+)/m', $served->notes(), $m);
    return array_map(intval(...), $m[1]);
}

foreach ([[SWOOLE_BASE, 1], [SWOOLE_BASE, 2], [SWOOLE_PROCESS, 2]] as [$mode, $workers]) {
    echo '-- ', $mode === SWOOLE_BASE ? 'BASE' : 'PROCESS', ", $workers\n";
    $served = serve(function () use ($mode, $workers) {
        ini_set('display_errors', 0);
        $server = new Swoole\Server('127.0.0.1', 0, $mode);
        $server->set(['worker_num' => $workers, 'log_level' => SWOOLE_LOG_NONE]);
        $process = new Mirror($server);
        $idle = new Process(fn() => sleep(1000));
        note('added: ' . json_encode([$server->addProcess($process), $server->addProcess($idle)]));
        $server->on('WorkerStart', fn($server, $id) => note("worker $id starts as " . getmypid()));
        $server->on('WorkerError', fn($server, $id, $pid, $status, $signal) => note("error: $id " . json_encode([$pid > 0, $status, $signal])));
        $server->on('WorkerStop', fn($server, $id) => note("worker $id stops"));
        $server->on('Receive', function ($server, $fd, $reactor, $data) use ($process) {
            $data === 'late' ? $server->send($fd, json_encode(@$server->addProcess($process)) . ': ' . error_get_last()['message'] . "\n") : $process->write($data);
        });
        return $server;
    });
    $client = $served->connect();
    $client->send('hello');
    echo $client->recv();
    $client->send('late');
    echo $client->recv();
    foreach (['exit', 'return', 'throw'] as $n => $word) {
        $client->send($word);
        $served->await('/^runs as/', $n + 2);
        $client->send("after_$word");
        echo $client->recv();
    }
    // A reload leaves it alone.
    $before = pids($served);
    $served->signal('USR1');
    $served->await('/^worker \d+ starts/', 2 * $workers);
    $served->await('/^worker \d+ stops/', $workers);
    if ($mode === SWOOLE_PROCESS) {
        $client->send('after_the_reload');
        echo $client->recv();
        $client->send('close');
        var_dump($client->recv());
    }
    var_dump(pids($served) === $before, is_alive(end($before)));
    echo 'status ', $served->stop(), "\n";
    var_dump(is_alive(end($before)));
    $notes = array_unique(preg_grep('/^(added|begin|error|send|close)/', explode("\n", $served->notes())));
    sort($notes);
    echo implode("\n", $notes), "\n";
}
?>
--EXPECT--
-- BASE, 1
from the process: hello
false: Swoole\Server::addProcess(): server is running, unable to add a process
from the process: after_exit
from the process: after_return
from the process: after_throw
bool(true)
bool(true)
status 0
bool(false)
added: [0,1]
begin: [true,1,true,true,-1,false,2,-1]
error: 1 [true,255,0]
error: 1 [true,3,0]
send: true
-- BASE, 2
from the process: hello
false: Swoole\Server::addProcess(): server is running, unable to add a process
from the process: after_exit
from the process: after_return
from the process: after_throw
bool(true)
bool(true)
status 0
bool(false)
added: [0,1]
begin: [true,2,true,true,-1,false,2,-1]
error: 2 [true,255,0]
error: 2 [true,3,0]
send: true
-- PROCESS, 2
from the process: hello
false: Swoole\Server::addProcess(): server is running, unable to add a process
from the process: after_exit
from the process: after_return
from the process: after_throw
from the process: after_the_reload
string(0) ""
bool(true)
bool(true)
status 0
bool(false)
added: [0,1]
begin: [true,2,true,true,-1,false,2,-1]
close: [true,false]
error: 2 [true,255,0]
error: 2 [true,3,0]
send: true
