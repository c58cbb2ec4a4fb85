--TEST--
Coroutine\Client, row 67: no warnings but codes, for timeouts, cancellation, closing, names and connections
--FILE--
<?php
require __DIR__ . '/put.inc';
require __DIR__ . '/../client/peer.inc';
use Swoole\Coroutine\Client;
Co\run(function () {
    $peer = new Peer('$c = accept(); go(); fwrite($c, "bye"); fclose($c); $c = accept(); go();');
    $client = new Client(SWOOLE_SOCK_TCP);
    foreach (['recv', 'peek', 'getpeername', 'getsockname', 'close', 'getPeerCert', 'verifyPeerCert', 'enableSSL'] as $method) {
        put($method, $client->$method(), $client->errCode);
    }
    put('send', $client->send('x'), $client->errCode, $client->errMsg, $client->sendfile(__FILE__), $client->errCode);
    put('refused', $client->connect('127.0.0.1', 1), $client->errCode, $client->errMsg, $client->connected, $client->fd);
    put('name', $client->connect('no-such-host.invalid', 80), $client->errCode, $client->errMsg);
    put('nothing', $client->connect('', 80), $client->errCode, $client->connect('127.0.0.1', 70000), $client->errCode);

    put('connect', $client->connect('127.0.0.1', $peer->port, 0.02), $client->errCode);
    put('twice', $client->connect('127.0.0.1', $peer->port), $client->errCode, $client->errMsg, $client->isConnected());
    $begun = microtime(true);
    put('the timeout of connect() holds', $client->recv(), $client->errCode, $client->errMsg, microtime(true) - $begun >= 0.019);
    put('another one', $client->recv(0.01), $client->errCode);
    put('empty', @$client->send(''), error_get_last()['message']);
    $cid = go(fn() => put('cancelled', $client->recv(-1), $client->errCode, $client->errMsg));
    Co::cancel($cid);
    $peer->tell();
    put('the peer closes', $client->recv(5), $client->recv(5), $client->errCode, $client->isConnected());
    $client->close();

    put($client->connect('127.0.0.1', $peer->port));
    go(fn() => put('closed meanwhile', $client->recv(), $client->errCode, $client->errMsg));
    put($client->close(), $client->close(), $client->errCode);

    $peer->tell();
    $full = stream_socket_server('tcp://127.0.0.1:0', $n, $e, STREAM_SERVER_BIND | STREAM_SERVER_LISTEN, stream_context_create(['socket' => ['backlog' => 0]]));
    $port = (int) substr(strrchr(stream_socket_get_name($full, false), ':'), 1);
    $others = [];
    do {
        $others[] = $other = new Client(SWOOLE_SOCK_TCP);
    } while ($other->connect('127.0.0.1', $port, 0.05));
    put('connecting takes too long', $other->errCode, $other->errMsg);
    go(fn() => put('closed while it connects', $other->connect('127.0.0.1', $port), $other->errCode));
    put('while it connects', $other->connect('127.0.0.1', $port), $other->errCode, $other->recv(), $other->errCode);
    put($other->close(), $other->isConnected());
    go(fn() => put('closed while it looks the name up', $other->connect('localhost', $port), $other->errCode));
    $other->close();
    $cid = go(fn() => put('cancelled while it looks the name up', $other->connect('localhost', $port), $other->errCode));
    Co::cancel($cid);
    $cid = go(fn() => put('cancelled while it connects', $other->connect('127.0.0.1', $port), $other->errCode));
    Co::cancel($cid);

    try {
        new Client(99);
    } catch (TypeError $error) {
        put($error->getMessage());
    }
    class Bare extends Client { function __construct() {} }
    try {
        (new Bare)->connect('127.0.0.1', 80);
    } catch (Error $error) {
        put($error->getMessage());
    }
});
require __DIR__ . '/../include/child.php';
foreach (['connect("127.0.0.1", 1)', 'recv()'] as $method) {
    ob_start();
    child("<?php try { (new Swoole\\Coroutine\\Client(SWOOLE_SOCK_TCP))->$method; } catch (Throwable) {}");
    put(strstr(ob_get_clean(), 'API must be called in the coroutine') !== false);
}
?>
--EXPECT--
"recv" false 5001
"peek" false 5001
"getpeername" false 5001
"getsockname" false 5001
"close" false 5001
"getPeerCert" false 5001
"verifyPeerCert" false 5001
"enableSSL" false 5001
"send" false 5001 "The client is not connected to a server" false 5001
"refused" false 111 "Connection refused" false -1
"name" false 711 "DNS Lookup resolve failed"
"nothing" false 22 false 22
"connect" true 0
"twice" false 106 "Transport endpoint is already connected" true
"the timeout of connect() holds" false 110 "Connection timed out" true
"another one" false 110
"empty" false "Swoole\\Coroutine\\Client::send(): data to send is empty"
"cancelled" false 125 "Operation canceled"
"the peer closes" "bye" "" 0 true
true
"closed meanwhile" false 125 "Operation canceled"
true false 5001
"connecting takes too long" 110 "Connection timed out"
"while it connects" false 106 false 5001
"closed while it connects" false 125
true false
"cancelled while it looks the name up" false 125
"cancelled while it connects" false 125
"Swoole\\Coroutine\\Client::__construct() expects parameter 1 to be client type, unknown type 99 given"
"the constructor of Swoole\\Coroutine\\Client was not called"
"closed while it looks the name up" false 125
true
true
