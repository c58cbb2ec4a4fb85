--TEST--
Swoole\Client: calls without a connection
--FILE--
<?php
require __DIR__ . '/peer.inc';

$calls = [
    'send' => fn($c) => $c->send('x'),
    'recv' => fn($c) => $c->recv(),
    'recv of nothing' => fn($c) => $c->recv(0),
    'getpeername' => fn($c) => $c->getpeername(),
    'getsockname' => fn($c) => $c->getsockname(),
    'shutdown' => fn($c) => $c->shutdown(Swoole\Client::SHUT_RDWR),
    'close' => fn($c) => $c->close(),
];
foreach ($calls as $name => $call) {
    show($name, new Swoole\Client(SWOOLE_SOCK_TCP), $call);
}

$peer = new Peer('accept(); go();');
$client = client($peer);
$sock = $client->sock;
var_dump($client->isConnected());
show('close of an open one', $client, $calls['close']);
var_dump($client->isConnected(), $client->sock === $sock);
foreach ($calls as $name => $call) {
    show("$name after close", $client, $call);
}
?>
--EXPECT--
send: false warning: Swoole\Client::send(): client is not connected to server [errCode 5001]
recv: false warning: Swoole\Client::recv(): client is not connected to server [errCode 5001]
recv of nothing: false warning: Swoole\Client::recv(): client is not connected to server [errCode 5001]
getpeername: false warning: Swoole\Client::getpeername(): client is not connected to server [errCode 5001]
getsockname: false warning: Swoole\Client::getsockname(): client is not connected to server [errCode 5001]
shutdown: false warning: Swoole\Client::shutdown(): client is not connected to server [errCode 5001]
close: false warning: Swoole\Client::close(): client is not connected to server [errCode 5001]
bool(true)
close of an open one: true
bool(false)
bool(true)
send after close: false warning: Swoole\Client::send(): client is not connected to server [errCode 5001]
recv after close: false warning: Swoole\Client::recv(): client is not connected to server [errCode 5001]
recv of nothing after close: false warning: Swoole\Client::recv(): client is not connected to server [errCode 5001]
getpeername after close: false warning: Swoole\Client::getpeername(): client is not connected to server [errCode 5001]
getsockname after close: false warning: Swoole\Client::getsockname(): client is not connected to server [errCode 5001]
shutdown after close: false warning: Swoole\Client::shutdown(): client is not connected to server [errCode 5001]
close after close: false warning: Swoole\Client::close(): client is not connected to server [errCode 5001]
