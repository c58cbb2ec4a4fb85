--TEST--
Coroutine\Client: SWOOLE_SSL and enableSSL(), certificates
--SKIPIF--
<?php exec('openssl version', $output, $status) !== false && $status === 0 || die('skip no openssl'); ?>
--FILE--
<?php
require __DIR__ . '/put.inc';
require __DIR__ . '/../include/tls.php';
use Swoole\Coroutine\{Client, Socket};
$tls = tls();
Co\run(function () use ($tls) {
    $listen = function (string $who, bool $plain = false) use ($tls): int {
        $server = new Socket(2, 1, 0);
        $server->setProtocol(['ssl_cert_file' => "$tls/$who.pem", 'ssl_key_file' => "$tls/$who.key"]);
        $server->bind('127.0.0.1');
        $server->listen();
        go(function () use ($server, $plain) {
            $peer = $server->accept();
            if ($plain) {
                // As mail servers do: plain until asked.
                $peer->send(strtoupper($peer->recv()));
            }
            if ($peer->sslHandshake()) {
                while ($data = $peer->recv()) {
                    $peer->sendAll("you said $data");
                }
            }
        });
        return $server->getsockname()['port'];
    };
    $client = new Client(SWOOLE_SOCK_TCP | SWOOLE_SSL);
    put($client->connect('localhost', $listen('server'), 5), $client->send('hello'), $client->recv(), $client->enableSSL(), $client->errCode);
    put($client->getPeerCert() === file_get_contents("$tls/server.pem"), $client->verifyPeerCert(), $client->errCode, $client->verifyPeerCert(true), $client->errMsg);
    $client->set(['ssl_cafile' => "$tls/ca.pem"]);
    put($client->verifyPeerCert());
    $client->set(['ssl_host_name' => 'example.com']);
    put($client->verifyPeerCert(), $client->errMsg, $client->close());

    $client = new Client(SWOOLE_SOCK_TCP);
    put($client->connect('127.0.0.1', $listen('self', true), 5), $client->send('starttls'), $client->recv(), $client->getPeerCert(), $client->errCode, $client->verifyPeerCert(), $client->errCode);
    put($client->enableSSL(), $client->send('hello'), $client->recv());
    put($client->verifyPeerCert(), $client->errMsg, $client->verifyPeerCert(true), $client->close());

    $client = new Client(SWOOLE_SOCK_TCP | SWOOLE_SSL);
    $client->set(['ssl_verify_peer' => true, 'ssl_cafile' => "$tls/ca.pem"]);
    put($client->connect('127.0.0.1', $listen('self'), 5), $client->errCode, $client->errMsg, $client->isConnected(), $client->fd);
    put($client->connect('127.0.0.1', $listen('server'), 5), $client->send('again'), $client->recv(), $client->close());
    $client->set(['ssl_allow_self_signed' => true]);
    put($client->connect('127.0.0.1', $listen('self'), 5), $client->close());
    $client->set(['ssl_cafile' => '/nowhere']);
    put($client->connect('127.0.0.1', $listen('self'), 5), $client->errCode, $client->errMsg);

    // No TLS on the other side, and nobody who says anything.
    $mute = stream_socket_server('tcp://127.0.0.1:0');
    $port = (int) substr(strrchr(stream_socket_get_name($mute, false), ':'), 1);
    $client = new Client(SWOOLE_SOCK_TCP | SWOOLE_SSL);
    put('mute', $client->connect('127.0.0.1', $port, 0.02), $client->errCode, $client->errMsg);
    $plain = new Socket(2, 1, 0);
    $plain->bind('127.0.0.1');
    $plain->listen();
    go(fn() => $plain->accept()->send("HTTP/1.1 400 Bad Request\r\n\r\n"));
    put('plain', $client->connect('127.0.0.1', $plain->getsockname()['port'], 5), $client->errCode, $client->errMsg);
});
?>
--EXPECT--
true 5 "you said hello" false 106
true false 1014 false "the peer's certificate is not accepted: nobody who is trusted has issued it"
true
false "the peer's certificate is not accepted: it is for another name" true
true 8 "STARTTLS" false 1011 false 1011
true 5 "you said hello"
false "the peer's certificate is not accepted: nobody who is trusted has issued it" true true
false 1014 "the peer's certificate is not accepted: nobody who is trusted has issued it" false -1
true 5 "you said again" true
true true
false 1019 "ssl_cafile '/nowhere': No such file or directory"
"mute" false 110 "Connection timed out"
"plain" false 1018 "TLS failed: received corrupt message of type InvalidContentType"
