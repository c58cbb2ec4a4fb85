--TEST--
getClientInfo() over IPv6 and a Unix socket, with its times, and after a reset (row 32)
--SKIPIF--
<?php if (!@stream_socket_server('tcp://[::1]:0')) echo 'skip no IPv6'; ?>
--FILE--
<?php
require __DIR__ . '/../include/serve.php';

$path = sys_get_temp_dir() . '/swoole-rs-' . getmypid() . '.sock';
foreach ([SWOOLE_BASE => 'BASE', SWOOLE_PROCESS => 'PROCESS'] as $mode => $name) {
    foreach ([[$path, SWOOLE_SOCK_UNIX_STREAM, "unix://$path"], ['::1', SWOOLE_SOCK_TCP6, 'tcp://[::1]:']] as [$host, $type, $address]) {
        $served = serve(function () use ($host, $mode, $type) {
            $server = new Swoole\Server($host, 0, $mode, $type);
            $server->set(['worker_num' => 1, 'log_level' => SWOOLE_LOG_ERROR]);
            $show = function (string $when, int $fd) use ($server) {
                $info = $server->getClientInfo($fd);
                $times = [];
                foreach (['last_recv_time', 'last_send_time', 'last_dispatch_time'] as $key) {
                    $times[] = $info[$key] === 0.0 ? 0 : (abs($info[$key] - microtime(true)) < 20 ? 'now' : $info[$key]);
                }
                note("$when " . json_encode([
                    $info['server_port'] === ($server->type === SWOOLE_SOCK_TCP6 ? $server->port : 0), $info['remote_ip'], $info['remote_port'] > 0,
                    $info['socket_type'] === $server->type, $info['last_time'] === (int) $info['last_recv_time'], $times, $info['close_errno'],
                ]));
            };
            $server->on('Connect', fn($server, $fd) => $show('Connect', $fd));
            $server->on('Receive', fn($server, $fd) => $show('Receive', $fd) . $server->send($fd, 'x'));
            $server->on('Close', fn($server, $fd) => $show('Close', $fd));
            return $server;
        });
        $client = stream_socket_client($address . ($served->port ?: ''));
        $served->await('/^Connect/');
        fwrite($client, '?');
        fread($client, 1);
        fclose($client);
        $served->await('/^Close/');
        echo "$name, type $type: status ", $served->stop(), "\n", $served->notes();
    }
}
?>
--EXPECT--
BASE, type 5: status 0
Connect [true,"",false,true,true,[0,0,0],0]
Receive [true,"",false,true,true,["now",0,"now"],0]
Close [true,"",false,true,true,["now","now","now"],0]
BASE, type 3: status 0
Connect [true,"::1",true,true,true,[0,0,0],0]
Receive [true,"::1",true,true,true,["now",0,"now"],0]
Close [true,"::1",true,true,true,["now","now","now"],0]
PROCESS, type 5: status 0
Connect [true,"",false,true,true,[0,0,0],0]
Receive [true,"",false,true,true,["now",0,"now"],0]
Close [true,"",false,true,true,["now","now","now"],0]
PROCESS, type 3: status 0
Connect [true,"::1",true,true,true,[0,0,0],0]
Receive [true,"::1",true,true,true,["now",0,"now"],0]
Close [true,"::1",true,true,true,["now","now","now"],0]
