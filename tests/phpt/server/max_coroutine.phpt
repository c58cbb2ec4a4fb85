--TEST--
max_coroutine: a message for which there can be no coroutine is not handled, its connection is closed, and the log says so (row 66)
--FILE--
<?php
require __DIR__ . '/../include/serve.php';

foreach ([SWOOLE_BASE => 'BASE', SWOOLE_PROCESS => 'PROCESS'] as $mode => $name) {
    foreach (['max_coroutine', 'max_coro_num'] as $option) {
        $log = tempnam(sys_get_temp_dir(), 'swoole-rs-log-');
        $served = serve(function () use ($mode, $option, $log) {
            $server = new Swoole\Server('127.0.0.1', 0, $mode);
            $server->set(['worker_num' => 1, 'max_request' => 100000, $option => 3, 'log_file' => $log]);
            note("setting {$server->setting[$option]}");
            $server->on('Receive', function (Swoole\Server $server, int $fd, int $reactor, string $data) {
                if ($data === 'wait') {
                    note('wait');
                    Co::yield();
                } elseif ($data === 'go') {
                    $server->send($fd, json_encode([@go(fn() => Co::yield()) > 0, @go(fn() => null), Co::stats()['coroutine_num']]));
                    return;
                } elseif ($data === 'free') {
                    foreach (Co::list() as $cid) {
                        $cid === Co::getCid() || Co::resume($cid);
                    }
                }
                $server->send($fd, "did $data");
            });
            return $server;
        });
        $first = $served->connect();
        $first->send('wait');
        $served->await('/^wait/');
        $second = $served->connect();
        $second->send('go');
        echo "$name, $option: ", $second->recv();
        $third = $served->connect();
        $third->send('wait');
        $served->await('/^wait/', 2);
        $refused = $served->connect();
        $refused->send('hello');
        echo ', refused: ', json_encode($refused->recv());
        // Only a timer or what waits already could free one: the server ends in time all the same.
        echo ', status ', $served->stop(), "\n", $served->notes();
        echo preg_replace(['/^\[[^]]*\]\s/m', '/.*(exit timeout|max_wait_time).*\n/'], '', file_get_contents($log));
        unlink($log);
    }
}
?>
--EXPECT--
BASE, max_coroutine: [true,false,3], refused: "", status 0
setting 3
wait
wait
WARNING	connection 4 is closed, its callback is not run: exceed max number of coroutine 3
BASE, max_coro_num: [true,false,3], refused: "", status 0
setting 3
wait
wait
WARNING	connection 4 is closed, its callback is not run: exceed max number of coroutine 3
PROCESS, max_coroutine: [true,false,3], refused: "", status 0
setting 3
wait
wait
WARNING	connection 4 is closed, its callback is not run: exceed max number of coroutine 3
PROCESS, max_coro_num: [true,false,3], refused: "", status 0
setting 3
wait
wait
WARNING	connection 4 is closed, its callback is not run: exceed max number of coroutine 3
