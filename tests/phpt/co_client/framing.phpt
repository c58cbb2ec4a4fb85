--TEST--
Coroutine\Client: set(): framing, timeouts, addresses, buffers, what is not built
--FILE--
<?php
require __DIR__ . '/put.inc';
use Swoole\Coroutine\{Client, Socket};
Co\run(function () {
    $server = new Socket(2, 1, 0);
    $server->bind('127.0.0.1');
    $server->listen();
    $port = $server->getsockname()['port'];
    $pair = function (array $settings, float $timeout = 0) use ($server, $port): array {
        $client = new Client(SWOOLE_SOCK_TCP);
        $client->set($settings);
        put($client->connect('127.0.0.1', $port, $timeout));
        return [$client, $server->accept()];
    };
    [$client, $peer] = $pair(['open_eof_check' => true, 'package_eof' => "\r\n"]);
    $peer->send("one\r\ntwo\r\nthr");
    put($client->recv(), $client->recv(), $client->recv(0.01), $client->errCode);
    $peer->send("ee\r\n");
    put($client->recv());

    [$client, $peer] = $pair(['open_length_check' => true, 'package_length_type' => 'n', 'package_length_offset' => 0, 'package_body_offset' => 2, 'package_max_length' => 8]);
    $peer->send("\0\3abc\0\1d\0\7");
    put(bin2hex($client->recv()), bin2hex($client->recv()), $client->recv(0.01), $client->errCode, $client->errMsg);

    echo "-- timeouts\n";
    $times = function (array $settings, float $connect = 0) use ($pair) {
        [$client, $peer] = $pair($settings, $connect);
        $begun = microtime(true);
        $got = $client->recv();
        put($got, $client->errCode, round(microtime(true) - $begun, 2) >= 0.02);
        put($client->send(str_repeat('x', 1 << 25)) < 1 << 25, $client->errCode);
    };
    $times(['timeout' => 0.02]);
    $times(['read_timeout' => 0.02, 'write_timeout' => 0.01, 'timeout' => 5]);
    $times(['timeout' => 5], 0.02);
    [$client, $peer] = $pair(['timeout' => 0.01]);
    $client->set(['timeout' => -1]);
    go(function () use ($peer) {
        Co::sleep(0.03);
        $peer->send('late');
    });
    put('set() holds at once', $client->recv());

    echo "-- where from\n";
    [$client, $peer] = $pair(['bind_address' => '127.0.0.2', 'socket_buffer_size' => 8192, 'open_tcp_nodelay' => false]);
    put($peer->getpeername()['address'], $client->exportSocket()->getOption(1, 8), $client->exportSocket()->getOption(6, 1));
    [$client, $peer] = $pair([]);
    put($client->exportSocket()->getOption(6, 1));
    $client->close();
    $client->set(['bind_address' => 'nonsense']);
    put($client->connect('127.0.0.1', $port), $client->errCode);

    echo "-- set\n";
    set_error_handler(fn($level, $text) => put($text));
    $client = new Client(SWOOLE_SOCK_TCP);
    put($client->set(['timeout' => 1, 'unknown' => 2]), $client->set(['timeout' => null, 'x' => []]), $client->setting);
    put($client->set(['open_mqtt_protocol' => true]));
});
?>
--EXPECT--
true
"one\r\n" "two\r\n" false 110
"three\r\n"
true
"0003616263" "000164" false 1201 "a message of 9 bytes or more is longer than package_max_length (8)"
-- timeouts
true
false 110 true
true 110
true
false 110 true
true 110
true
false 110 true
true 110
true
"set() holds at once" "late"
-- where from
true
"127.0.0.2" 16384 0
true
1
false 22
-- set
true true {"timeout":null,"unknown":2,"x":[]}
"Swoole\\Coroutine\\Client::set(): option [open_mqtt_protocol] is known but not built yet in this version"
true
