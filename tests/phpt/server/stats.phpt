--TEST--
stats(): what is counted, for the server and for the calling worker (row 42)
--FILE--
<?php
require __DIR__ . '/../include/serve.php';

foreach ([SWOOLE_BASE => 'BASE', SWOOLE_PROCESS => 'PROCESS'] as $mode => $name) {
    echo "$name\n";
    $served = serve(function () use ($mode) {
        $server = new Swoole\Server('127.0.0.1', 0, $mode);
        $server->set(['worker_num' => 1, 'log_level' => SWOOLE_LOG_ERROR]);
        $server->on('Close', fn($server, $fd) => note("Close $fd"));
        $server->on('Receive', function (Swoole\Server $server, int $fd, int $reactor, string $data) {
            $data === 'stats' ? $server->send($fd, json_encode($server->stats())) : $server->send($fd, "$data$data");
        });
        return $server;
    });
    $stats = function (Swoole\Client $client) {
        $client->send('stats');
        return json_decode($client->recv(), true);
    };
    $first = $served->connect();
    $before = $stats($first);
    echo 'at first ', json_encode(array_diff_key($before, ['start_time' => 1, 'total_send_bytes' => 1, 'min_fd' => 1, 'max_fd' => 1])), "\n";
    echo 'start_time ', json_encode(abs($before['start_time'] - time()) < 20), ', descriptors ', json_encode($before['min_fd'] > 0 && $before['max_fd'] > $before['min_fd']), "\n";
    $second = $served->connect();
    for ($i = 0; $i < 10; $i++) {
        $second->send('12345');
        $second->recv();
    }
    $second->close();
    $served->await('/^Close/');
    wait_for(function () use ($stats, $first, &$after) {
        $after = $stats($first);
        return $after['close_count'] > 0;
    }, 'the connection to be counted as closed');
    $rounds = $after['request_count'] - 11; // of asking for them
    $grown = [];
    foreach ($after as $key => $now) {
        $now === $before[$key] || $grown[$key] = $now - $before[$key];
    }
    foreach (['dispatch_count', 'request_count', 'response_count', 'worker_request_count', 'worker_response_count', 'worker_dispatch_count'] as $key) {
        $grown[$key] -= $rounds; // what the ten messages add
    }
    $grown['total_recv_bytes'] -= 5 * $rounds;
    $grown['total_send_bytes'] = $grown['total_send_bytes'] >= 100;
    unset($grown['max_fd']);
    ksort($grown);
    echo 'grown ', json_encode($grown), "\n";
    echo 'status ', $served->stop(), "\n";
}
?>
--EXPECT--
BASE
at first {"connection_num":1,"abort_count":0,"accept_count":1,"close_count":0,"worker_num":1,"task_worker_num":0,"user_worker_num":0,"idle_worker_num":0,"dispatch_count":1,"request_count":1,"response_count":0,"total_recv_bytes":5,"pipe_packet_msg_id":0,"concurrency":1,"session_round":1,"worker_request_count":1,"worker_response_count":0,"worker_dispatch_count":1,"worker_concurrency":1,"coroutine_num":1,"coroutine_peek_num":1}
start_time true, descriptors true
grown {"accept_count":1,"close_count":1,"dispatch_count":10,"request_count":10,"response_count":10,"session_round":1,"total_recv_bytes":50,"total_send_bytes":true,"worker_dispatch_count":10,"worker_request_count":10,"worker_response_count":10}
status 0
PROCESS
at first {"connection_num":1,"abort_count":0,"accept_count":1,"close_count":0,"worker_num":1,"task_worker_num":0,"user_worker_num":0,"idle_worker_num":0,"dispatch_count":1,"request_count":1,"response_count":0,"total_recv_bytes":5,"pipe_packet_msg_id":0,"concurrency":1,"session_round":1,"worker_request_count":1,"worker_response_count":0,"worker_dispatch_count":1,"worker_concurrency":1,"coroutine_num":1,"coroutine_peek_num":1}
start_time true, descriptors true
grown {"accept_count":1,"close_count":1,"dispatch_count":10,"request_count":10,"response_count":10,"session_round":1,"total_recv_bytes":50,"total_send_bytes":true,"worker_dispatch_count":10,"worker_request_count":10,"worker_response_count":10}
status 0
