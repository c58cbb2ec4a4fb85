--TEST--
Coroutines and timers that callbacks start run in the loop of their process, beside its messages; WorkerExit while some are left
--FILE--
<?php
require __DIR__ . '/../include/serve.php';

foreach ([SWOOLE_BASE => 'BASE', SWOOLE_PROCESS => 'PROCESS'] as $mode => $name) {
    $served = serve(function () use ($mode) {
        $server = new Swoole\Server('127.0.0.1', 0, $mode);
        $server->set(['worker_num' => 2, 'log_level' => SWOOLE_LOG_ERROR, 'max_wait_time' => 5]);
        $server->on('Start', fn() => Swoole\Timer::after(10, fn() => note('once in the process of Start')));
        $ticker = null;
        $server->on('WorkerStart', function (Swoole\Server $server, int $id) use (&$ticker) {
            $ticks = 0;
            $ticker = Swoole\Timer::tick(5, function () use (&$ticks, $id) {
                ++$ticks === 3 && note("worker $id has ticked three times");
            });
        });
        $server->on('WorkerExit', function (Swoole\Server $server, int $id) use (&$ticker) {
            note("WorkerExit $id");
            Swoole\Timer::clear($ticker);
        });
        $server->on('WorkerStop', fn($server, $id) => note("WorkerStop $id"));
        $server->on('WorkerError', fn($server, $id, $pid, $status) => note("WorkerError, status $status"));
        $server->on('Receive', function (Swoole\Server $server, int $fd, int $reactor, string $data) {
            if ($data === 'fail') {
                go(function () {
                    Co::sleep(0.001);
                    throw new Exception('not caught');
                });
                return;
            }
            go(function () use ($server, $fd, $data) {
                Co::sleep(0.2);
                $server->send($fd, "after a sleep: $data");
            });
        });
        return $server;
    });
    $served->await('/has ticked/', 2);
    $served->await('/once in/');
    $begin = microtime(true);
    foreach (range(1, 10) as $i) {
        $clients[$i] = $served->connect();
        $clients[$i]->send("$i");
    }
    $answers = array_map(fn($client) => $client->recv(), $clients);
    echo "$name: ", count(array_unique($answers)), ' answers, ', $answers[10], microtime(true) - $begin < 1.5 ? ', all at the same time' : '', "\n";
    $failing = $served->connect();
    $failing->send('fail');
    $served->await('/WorkerError, status 255/');
    $served->await('/has ticked/', 3);
    echo 'status ', $served->stop(), "\n";
    $notes = array_unique(explode("\n", trim($served->notes())));
    sort($notes);
    echo implode("\n", $notes), "\n";
}

$server = new Swoole\Server('127.0.0.1', 0);
$server->on('Receive', function () {});
go(fn() => null);
var_dump($server->start(), swoole_last_error());
?>
--EXPECTF--
BASE: 10 answers, after a sleep: 10, all at the same time

Fatal error: Uncaught Exception: not caught in %s
Stack trace:
#0 [internal function]: {closure%S}()
#1 {main}
  thrown in %s on line %d
status 0
WorkerError, status 255
WorkerExit 0
WorkerExit 1
WorkerStop 0
WorkerStop 1
once in the process of Start
worker 0 has ticked three times
worker 1 has ticked three times
PROCESS: 10 answers, after a sleep: 10, all at the same time

Fatal error: Uncaught Exception: not caught in %s
Stack trace:
#0 [internal function]: {closure%S}()
#1 {main}
  thrown in %s on line %d
status 0
WorkerError, status 255
WorkerExit 0
WorkerExit 1
WorkerStop 0
WorkerStop 1
once in the process of Start
worker 0 has ticked three times
worker 1 has ticked three times

Warning: Swoole\Server::start(): The event-loop has already been created, unable to start in %s on line %d
bool(false)
int(509)
