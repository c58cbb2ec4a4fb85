--TEST--
Swoole\Process::exportSocket(): the pipe for coroutines, on either side
--FILE--
<?php
use Swoole\Process;
use Swoole\Coroutine;
use function Swoole\Coroutine\run;

foreach ([SOCK_DGRAM => 'datagram', SOCK_STREAM => 'stream'] as $type => $name) {
    echo "-- $name\n";
    $process = new Process(function (Process $process) {
        $socket = $process->exportSocket();
        echo json_encode([get_class($socket), $socket === $process->exportSocket(), Coroutine::getCid() > 0]), "\n";
        $ticks = 0;
        $timer = Swoole\Timer::tick(5, function () use (&$ticks) { $ticks++; });
        while (!in_array($data = $socket->recv(), ['end', '', false], true)) {
            $socket->send(strtoupper($data));
        }
        Swoole\Timer::clear($timer);
        $process->exit($ticks > 0 ? 0 : 1);
    }, false, $type, true);
    run(fn() => $process->exportSocket()); // before the start: the child has its own all the same
    $process->start();
    run(function () use ($process) {
        $socket = $process->exportSocket();
        $read = new Coroutine\Channel(1);
        go(function () use ($socket, $read) {
            for ($i = 0; $i < 3; $i++) {
                echo json_encode($socket->recv()), "\n";
                $i === 2 && $socket->send('end');
                $read->push(true);
            }
        });
        foreach (['one', 'two', 'three'] as $word) {
            $socket->send($word);
            $read->pop(); // a stream would run the answers together; and one coroutine at a time can read
            Coroutine::sleep(0.02);
        }
        echo json_encode([$socket->recv(1, 0.01), $socket->errCode]), "\n";
    });
    echo Process::wait()['code'], "\n";
    $socket = $process->exportSocket();
    echo json_encode([$process->close(), @$process->exportSocket(), error_get_last()['message'], $socket->fd >= 0]), "\n";
}
?>
--EXPECT--
-- datagram
["Swoole\\Coroutine\\Socket",true,true]
"ONE"
"TWO"
"THREE"
[false,110]
0
[true,false,"Swoole\\Process::exportSocket(): no pipe, cannot export the pipe",true]
-- stream
["Swoole\\Coroutine\\Socket",true,true]
"ONE"
"TWO"
"THREE"
[false,110]
0
[true,false,"Swoole\\Process::exportSocket(): no pipe, cannot export the pipe",true]
