--TEST--
Coroutine\Socket: TLS between two coroutines, settings that cannot be used, certificates of both sides
--SKIPIF--
<?php exec('openssl version', $output, $status) !== false && $status === 0 || die('skip no openssl'); ?>
--FILE--
<?php
require __DIR__ . '/put.inc';
require __DIR__ . '/../include/tls.php';
use Swoole\Coroutine\Socket;

/** What a server and a client with these settings say to each other. */
function talk(array $server, array $client, string $host = '127.0.0.1'): array
{
    $listener = new Socket(2, 1, 0);
    $listener->setProtocol(['open_ssl' => true] + $server);
    $listener->bind('127.0.0.1');
    $listener->listen();
    $done = new Chan;
    go(function () use ($listener, $done) {
        $peer = $listener->accept();
        if (!$peer->sslHandshake()) {
            $done->push("server $peer->errCode");
            return;
        }
        $peer->sendAll(strtoupper($peer->recv(100, 5)));
        $done->push('server ' . json_encode($peer->recv(100, 5)) . " $peer->errCode");
    });
    $one = new Socket(2, 1, 0);
    $one->setProtocol(['open_ssl' => true] + $client);
    $said = [$one->connect($host, $listener->getsockname()['port'], 5)];
    if ($said[0]) {
        $one->send('hello');
        $said[] = $one->recv(100, 5);
    }
    array_push($said, $one->errCode, $one->errMsg);
    $one->close();
    return [...$said, $done->pop(5)];
}

$tls = tls();
Co\run(function () use ($tls) {
    $server = ['ssl_cert_file' => "$tls/server.pem", 'ssl_key_file' => "$tls/server.key"];
    $self = ['ssl_cert_file' => "$tls/self.pem", 'ssl_key_file' => "$tls/self.key"];
    put('nobody is asked', ...talk($server, []));
    put('a chain', ...talk($server, ['ssl_verify_peer' => true, 'ssl_cafile' => "$tls/ca.pem"]));
    put('and a name', ...talk($server, ['ssl_verify_peer' => true, 'ssl_cafile' => "$tls/ca.pem", 'ssl_host_name' => 'localhost']));
    put('by another name', ...talk($server, ['ssl_verify_peer' => true, 'ssl_cafile' => "$tls/ca.pem", 'ssl_host_name' => 'example.com']));
    put('another issuer', ...talk($server, ['ssl_verify_peer' => true, 'ssl_cafile' => "$tls/self.pem"]));
    put('self-signed', ...talk($self, ['ssl_verify_peer' => true, 'ssl_cafile' => "$tls/ca.pem"]));
    put('allowed', ...talk($self, ['ssl_verify_peer' => true, 'ssl_allow_self_signed' => true, 'ssl_cafile' => "$tls/ca.pem"]));
    put('trusted as it is', ...talk($self, ['ssl_verify_peer' => true, 'ssl_cafile' => "$tls/self.pem"]));
    foreach ([SWOOLE_SSL_TLSv1_2, SWOOLE_SSL_TLSv1_3] as $version) {
        put('version', $version, ...talk($server + ['ssl_protocols' => $version], ['ssl_ciphers' => 'ECDHE-ECDSA-AES128-GCM-SHA256']));
    }
    put('no common version', ...talk($server + ['ssl_protocols' => SWOOLE_SSL_TLSv1_2], ['ssl_protocols' => SWOOLE_SSL_TLSv1_3]));
    put('locked', ...talk(['ssl_key_file' => "$tls/locked.key", 'ssl_passphrase' => 'sesame'] + $server, []));
    $asking = $server + ['ssl_verify_peer' => true, 'ssl_client_cert_file' => "$tls/ca.pem"];
    put('client with', ...talk($asking, ['ssl_cert_file' => "$tls/client.pem", 'ssl_key_file' => "$tls/client.key"]));
    [$connected, , , , $said] = talk($asking, []);
    put('client without', $said);

    // TLS fails before a byte is sent.
    foreach ([
        [], ['ssl_cert_file' => '/nowhere.pem'], ['ssl_cert_file' => "$tls/ca.key"], ['ssl_cert_file' => "$tls/server.pem"],
        ['ssl_key_file' => "$tls/locked.key"] + $server, ['ssl_key_file' => "$tls/locked.key", 'ssl_passphrase' => 'wrong'] + $server,
        ['ssl_key_file' => "$tls/client.key"] + $server, $server + ['ssl_ciphers' => 'RC4'], $server + ['ssl_protocols' => SWOOLE_SSL_TLSv1],
        $server + ['ssl_verify_peer' => true, 'ssl_client_cert_file' => '/nowhere.pem'],
    ] as $settings) {
        $listener = new Socket(2, 1, 0);
        $listener->bind('127.0.0.1');
        $listener->setProtocol($settings);
        $listener->listen();
        $client = new Socket(2, 1, 0);
        $client->connect('127.0.0.1', $listener->getsockname()['port']);
        $peer = $listener->accept();
        put($peer->sslHandshake(), $peer->errCode, str_replace($tls, '', preg_replace('/are:.*/', 'are …', $peer->errMsg)));
    }
    $client = new Socket(2, 1, 0);
    $client->setProtocol(['ssl_verify_peer' => true, 'ssl_cafile' => '/nowhere.pem']);
    $client->connect('127.0.0.1', $listener->getsockname()['port']);
    put($client->sslHandshake(), $client->errCode, $client->errMsg);
    $client->setProtocol(['ssl_cafile' => '', 'ssl_capath' => '/nowhere', 'ssl_verify_peer' => true]);
    put($client->sslHandshake(), $client->errCode, $client->errMsg);
    $peer = $listener->accept();
    $peer->close();
    $client->setProtocol(['ssl_verify_peer' => false]);
    put('cut off', $client->sslHandshake(), $client->errCode, $client->errMsg);
});
?>
--EXPECT--
"nobody is asked" true "HELLO" 0 "" "server \"\" 0"
"a chain" true "HELLO" 0 "" "server \"\" 0"
"and a name" true "HELLO" 0 "" "server \"\" 0"
"by another name" false 1014 "the peer's certificate is not accepted: it is for another name" "server 1018"
"another issuer" false 1014 "the peer's certificate is not accepted: nobody who is trusted has issued it" "server 1018"
"self-signed" false 1014 "the peer's certificate is not accepted: nobody who is trusted has issued it" "server 1018"
"allowed" true "HELLO" 0 "" "server \"\" 0"
"trusted as it is" true "HELLO" 0 "" "server \"\" 0"
"version" 32 true "HELLO" 0 "" "server \"\" 0"
"version" 64 true "HELLO" 0 "" "server \"\" 0"
"no common version" false 1018 "TLS failed: received fatal alert: ProtocolVersion" "server 1018"
"locked" true "HELLO" 0 "" "server \"\" 0"
"client with" true "HELLO" 0 "" "server \"\" 0"
"client without" "server 1014"
false 1019 "a server needs ssl_cert_file and ssl_key_file"
false 1019 "ssl_cert_file '/nowhere.pem': No such file or directory"
false 1019 "ssl_cert_file '/ca.key': there is no certificate in it"
false 1019 "ssl_cert_file '/server.pem': there is no private key in it that can be read"
false 1019 "ssl_key_file '/locked.key': the key is encrypted, and there is no ssl_passphrase"
false 1019 "ssl_key_file '/locked.key': ssl_passphrase does not open it"
false 1019 "ssl_key_file '/client.key': it is not the key of the certificate in ssl_cert_file"
false 1019 "ssl_ciphers 'RC4': it names none of those that there are \u2026"
false 1019 "ssl_protocols '8': TLS 1.2 and TLS 1.3 are all that there is"
false 1019 "ssl_client_cert_file '/nowhere.pem': No such file or directory"
false 1019 "ssl_cafile '/nowhere.pem': No such file or directory"
false 1019 "ssl_capath '/nowhere': it is no folder"
"cut off" false 1017 "the connection has ended before TLS has"
