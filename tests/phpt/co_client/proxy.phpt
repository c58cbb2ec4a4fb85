--TEST--
Coroutine\Client: by way of SOCKS 5 and HTTP proxies, with TLS through them
--SKIPIF--
<?php exec('openssl version', $output, $status) !== false && $status === 0 || die('skip no openssl'); ?>
--FILE--
<?php
require __DIR__ . '/put.inc';
require __DIR__ . '/../include/tls.php';
use Swoole\Coroutine\{Client, Socket};
$tls = tls();
Co\run(function () use ($tls) {
    $listen = function (callable $serve, array $settings = []): Socket {
        $server = new Socket(2, 1, 0);
        $server->setProtocol($settings);
        $server->bind('127.0.0.1');
        $server->listen();
        go(function () use ($server, $serve) {
            while ($peer = $server->accept()) {
                go($serve, $peer);
            }
        });
        return $server;
    };
    $port = fn(Socket $server): int => $server->getsockname()['port'];
    $echo = $listen(function (Socket $peer) {
        $peer->send('hello');
        while ($data = $peer->recv()) {
            $peer->sendAll(strrev($data));
        }
    });
    $secure = $listen(function (Socket $peer) {
        $peer->sslHandshake() && $peer->send(strrev($peer->recv()));
    }, ['ssl_cert_file' => "$tls/server.pem", 'ssl_key_file' => "$tls/server.key"]);
    // Passes everything on between two sockets.
    $splice = function (Socket $one, Socket $other) {
        foreach ([[$one, $other], [$other, $one]] as [$from, $to]) {
            go(function () use ($from, $to) {
                while ($data = $from->recv()) {
                    $to->sendAll($data);
                }
                $to->shutdown(1);
            });
        }
    };
    $http = $listen(function (Socket $peer) use ($splice) {
        $peer->setProtocol(['open_eof_check' => true, 'package_eof' => "\r\n\r\n"]);
        $head = $peer->recvPacket();
        preg_match('/^CONNECT (\S+):(\d+) /', $head, $found);
        put(preg_replace('/:\d+/', ':PORT', $head));
        $server = new Socket(2, 1, 0);
        if (!$server->connect($found[1], (int) $found[2])) {
            $peer->send("HTTP/1.1 502 Bad Gateway\r\n\r\n");
            return;
        }
        // The server's own greeting comes with the proxy's answer.
        $peer->sendAll("HTTP/1.1 200 OK\r\n\r\n" . ($server->recv(100, 0.05) ?: ''));
        $splice($peer, $server);
    });
    $socks = $listen(function (Socket $peer) use ($splice) {
        $count = ord($peer->recvAll(2)[1]);
        $methods = $peer->recvAll($count);
        if (str_contains($methods, "\2")) {
            $peer->send("\5\2");
            $name = $peer->recvAll(ord($peer->recvAll(2)[1]));
            $password = $peer->recvAll(ord($peer->recvAll(1)));
            put($name, $password);
            $peer->send($password === "secret" ? "\1\0" : "\1\1");
            if ($password !== "secret") {
                return;
            }
        } else {
            $peer->send("\5\0");
        }
        $kind = ord($peer->recvAll(4)[3]);
        $host = $kind === 3 ? $peer->recvAll(ord($peer->recvAll(1))) : implode('.', unpack('C4', $peer->recvAll(4)));
        $port = unpack('n', $peer->recvAll(2))[1];
        put($kind, $host);
        $server = new Socket(2, 1, 0);
        if (!$server->connect($host, $port)) {
            $peer->send("\5\5\0\1\0\0\0\0\0\0");
            return;
        }
        $peer->sendAll("\5\0\0\1\0\0\0\0\0\0");
        $splice($peer, $server);
    });

    foreach ([
        'http_proxy' => ['http_proxy_host' => 'localhost', 'http_proxy_port' => $port($http), 'http_proxy_user' => 'me', 'http_proxy_password' => 'secret'],
        'socks5' => ['socks5_host' => '127.0.0.1', 'socks5_port' => $port($socks)],
        'socks5 with a login' => ['socks5_host' => '127.0.0.1', 'socks5_port' => $port($socks), 'socks5_username' => 'me', 'socks5_password' => 'secret'],
    ] as $name => $settings) {
        put("-- $name");
        $client = new Client(SWOOLE_SOCK_TCP);
        $client->set($settings);
        put($client->connect('localhost', $port($echo), 5), $client->recv(), $client->send('abc'), $client->recv());
        $client->close();
        put('nobody there', $client->connect('127.0.0.1', 1, 5), $client->errCode, $client->errMsg);
        $client = new Client(SWOOLE_SOCK_TCP | SWOOLE_SSL);
        $client->set($settings + ['ssl_verify_peer' => true, 'ssl_cafile' => "$tls/ca.pem", 'ssl_host_name' => 'localhost']);
        put('TLS', $client->connect('localhost', $port($secure), 5), $client->errMsg, $client->send('xyz'), $client->recv());
    }
    put('-- refused');
    $client = new Client(SWOOLE_SOCK_TCP);
    $client->set(['socks5_host' => '127.0.0.1', 'socks5_port' => $port($socks), 'socks5_username' => 'me', 'socks5_password' => 'wrong']);
    put($client->connect('localhost', $port($echo), 5), $client->errCode, $client->errMsg);
    $client->set(['socks5_port' => $port($echo)]);
    put($client->connect('localhost', 80, 5), $client->errCode, $client->errMsg);
    $client->set(['socks5_host' => '', 'http_proxy_host' => '127.0.0.1', 'http_proxy_port' => $port($echo)]);
    put($client->connect('localhost', 80, 5), $client->errCode, $client->errMsg);
    $client->set(['http_proxy_port' => 1]);
    put($client->connect('localhost', 80, 5), $client->errCode);
    foreach ([$echo, $secure, $http, $socks] as $server) {
        $server->close();
    }
});
?>
--EXPECT--
"-- http_proxy"
"CONNECT localhost:PORT HTTP/1.1\r\nHost: localhost:PORT\r\nProxy-Connection: Keep-Alive\r\nProxy-Authorization: Basic bWU6c2VjcmV0\r\n\r\n"
true "hello" 3 "cba"
"CONNECT 127.0.0.1:PORT HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nProxy-Connection: Keep-Alive\r\nProxy-Authorization: Basic bWU6c2VjcmV0\r\n\r\n"
"nobody there" false 7104 "the HTTP proxy refuses: HTTP/1.1 502 Bad Gateway"
"CONNECT localhost:PORT HTTP/1.1\r\nHost: localhost:PORT\r\nProxy-Connection: Keep-Alive\r\nProxy-Authorization: Basic bWU6c2VjcmV0\r\n\r\n"
"TLS" true "" 3 "zyx"
"-- socks5"
3 "localhost"
true "hello" 3 "cba"
1 "127.0.0.1"
"nobody there" false 7006 "the SOCKS proxy cannot connect: connection refused"
3 "localhost"
"TLS" true "" 3 "zyx"
"-- socks5 with a login"
"me" "secret"
3 "localhost"
true "hello" 3 "cba"
"me" "secret"
1 "127.0.0.1"
"nobody there" false 7006 "the SOCKS proxy cannot connect: connection refused"
"me" "secret"
3 "localhost"
"TLS" true "" 3 "zyx"
"-- refused"
"me" "wrong"
false 7003 "the SOCKS proxy refuses the user's name or the password"
false 7001 "what answers is no SOCKS 5 proxy: it speaks version 104"
false 7104 "what answers is no HTTP proxy"
false 111
