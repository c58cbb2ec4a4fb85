--TEST--
getClientInfo(), getClientList() and the connections iterator (rows 31, 32, 37 and 39)
--FILE--
<?php
require __DIR__ . '/../include/serve.php';

foreach ([SWOOLE_BASE => 'BASE', SWOOLE_PROCESS => 'PROCESS'] as $mode => $name) {
    echo "$name\n";
    $served = serve(function () use ($mode) {
        $server = new Swoole\Server('127.0.0.1', 0, $mode);
        $second = $server->listen('127.0.0.1', 0, SWOOLE_SOCK_TCP);
        $server->set(['worker_num' => 1, 'reactor_num' => 1, 'log_level' => SWOOLE_LOG_NONE]);
        $server->on('Connect', fn($server, $fd) => note("Connect $fd"));
        $server->on('Receive', function (Swoole\Server $server, int $fd, int $reactor, string $data) use ($second) {
            $info = $server->getClientInfo($fd);
            note(implode(' ', array_map(fn($key, $value) => "$key:" . get_debug_type($value), array_keys($info), $info)));
            note(json_encode([
                $info['server_port'] === $server->port, $info['server_fd'] === $server->ports[0]->sock, $info['socket_type'], $info['remote_ip'],
                $info['remote_port'] > 0, abs($info['connect_time'] - time()) < 10, $info['last_recv_time'] > 1e9, $info['close_errno'],
            ]));
            note(json_encode([$server->connection_info($fd) == $server->getClientInfo($fd), $server->getClientInfo(999), $server->getClientInfo(0)]));
            note('list ' . json_encode([
                $server->getClientList(), $server->getClientList(0, 2), $server->getClientList(2), $server->getClientList(999),
                $server->getClientList(3), $server->connection_list(1, 1), $server->getClientList(0, 0), @$server->getClientList(0, 101),
            ]) . ' ' . error_get_last()['message']);
            foreach ($server->connections as $i => $fd) {
                note("$i => $fd");
            }
            $c = $server->connections;
            note(json_encode([count($c), isset($c[1]), isset($c[999]), $c[2]['remote_ip'], iterator_to_array($second->connections), count($second->connections)]));
            note(json_encode([count($server->ports[0]->connections), iterator_to_array(new Swoole\Connection\Iterator)]));
            $stats = $server->stats();
            note(implode(' ', array_keys($stats)));
            note(json_encode([$stats['connection_num'], $stats['accept_count'], $stats['close_count'], $stats['worker_num'], $stats['session_round']]));
        });
        $server->on('Shutdown', fn() => note('second port ' . $second->port));
        return $server;
    });
    $clients = [];
    foreach ([1, 2, 3] as $i) {
        $clients[] = $served->connect();
        $served->await("/^Connect $i/");
    }
    $clients[0]->send('x');
    $served->await('/^\[3,3,0,1,3\]/');
    $clients[0]->close();
    $served->connect();
    $served->await('/^Connect 4/'); // numbers are not used again
    echo 'status ', $served->stop(), "\n", preg_replace('/^(Connect|second port).*\n/m', '', $served->notes());
}
?>
--EXPECT--
BASE
status 0
server_port:int server_fd:int socket_fd:int socket_type:int remote_port:int remote_ip:string reactor_id:int connect_time:int last_time:int last_recv_time:float last_send_time:float last_dispatch_time:float close_errno:int recv_queued_bytes:int send_queued_bytes:int
[true,true,1,"127.0.0.1",true,true,true,0]
[true,false,false]
list [[1,2,3],[1,2],[3],false,false,[2],[],false] Swoole\Server::getClientList(): find_count must be at most 100, got 101
1 => 1
2 => 2
3 => 3
[3,true,false,"127.0.0.1",[],0]
[3,[]]
start_time connection_num abort_count accept_count close_count worker_num task_worker_num user_worker_num idle_worker_num dispatch_count request_count response_count total_recv_bytes total_send_bytes pipe_packet_msg_id concurrency session_round min_fd max_fd worker_request_count worker_response_count worker_dispatch_count worker_concurrency coroutine_num coroutine_peek_num
[3,3,0,1,3]
PROCESS
status 0
server_port:int server_fd:int socket_fd:int socket_type:int remote_port:int remote_ip:string reactor_id:int connect_time:int last_time:int last_recv_time:float last_send_time:float last_dispatch_time:float close_errno:int recv_queued_bytes:int send_queued_bytes:int
[true,true,1,"127.0.0.1",true,true,true,0]
[true,false,false]
list [[1,2,3],[1,2],[3],false,false,[2],[],false] Swoole\Server::getClientList(): find_count must be at most 100, got 101
1 => 1
2 => 2
3 => 3
[3,true,false,"127.0.0.1",[],0]
[3,[]]
start_time connection_num abort_count accept_count close_count worker_num task_worker_num user_worker_num idle_worker_num dispatch_count request_count response_count total_recv_bytes total_send_bytes pipe_packet_msg_id concurrency session_round min_fd max_fd worker_request_count worker_response_count worker_dispatch_count worker_concurrency coroutine_num coroutine_peek_num
[3,3,0,1,3]
