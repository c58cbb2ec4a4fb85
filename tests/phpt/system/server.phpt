--TEST--
Commands, children, signals, names and files in the workers of a server, beside their messages
--SKIPIF--
<?php extension_loaded('pcntl') || die('skip pcntl is not there'); ?>
--FILE--
<?php
require __DIR__ . '/../include/serve.php';
use Swoole\Coroutine\System;

foreach ([SWOOLE_BASE => 'BASE', SWOOLE_PROCESS => 'PROCESS'] as $mode => $name) {
    $served = serve(function () use ($mode) {
        $server = new Swoole\Server('127.0.0.1', 0, $mode);
        $server->set(['worker_num' => 1, 'log_level' => SWOOLE_LOG_ERROR]);
        $server->on('Receive', function (Swoole\Server $server, int $fd, int $reactor, string $data) {
            $server->send($fd, json_encode(match ($data) {
                'exec' => System::exec('sleep 0.1; echo done; exit 4'),
                'file' => trim(System::readFile('/proc/sys/kernel/ostype')),
                'name' => System::gethostbyname('localhost'),
                'signal' => System::waitSignal(SIGALRM, 5) === SIGALRM,
                'child' => (function () {
                    $process = proc_open(['/bin/sh', '-c', 'read line; exit 6'], [['pipe', 'r']], $pipes);
                    $pid = proc_get_status($process)['pid'];
                    fclose($pipes[0]);
                    return System::wait(5) === ['pid' => $pid, 'code' => 6, 'signal' => 0];
                })(),
                'pid' => getmypid(),
            }));
        });
        return $server;
    });
    $clients = [];
    foreach (['exec', 'signal', 'file', 'name', 'child', 'pid'] as $what) {
        $clients[$what] = $served->connect();
        $clients[$what]->send($what);
    }
    $pid = (int) $clients['pid']->recv();
    foreach (['file', 'name', 'child', 'exec'] as $what) {
        echo "$name $what: ", $clients[$what]->recv(), "\n";
    }
    signal($pid, 'ALRM');
    echo "$name signal: ", $clients['signal']->recv(), "\n";
    echo 'status ', $served->stop(), "\n";
}
?>
--EXPECT--
BASE file: "Linux"
BASE name: "127.0.0.1"
BASE child: true
BASE exec: {"code":4,"signal":0,"output":"done\n"}
BASE signal: true
status 0
PROCESS file: "Linux"
PROCESS name: "127.0.0.1"
PROCESS child: true
PROCESS exec: {"code":4,"signal":0,"output":"done\n"}
PROCESS signal: true
status 0
