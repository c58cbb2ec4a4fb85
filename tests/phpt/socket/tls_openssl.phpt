--TEST--
Coroutine\Socket and Coroutine\Client: TLS with openssl's own server and client, and with PHP's streams
--SKIPIF--
<?php exec('openssl version', $output, $status) !== false && $status === 0 || die('skip no openssl'); ?>
--FILE--
<?php
require __DIR__ . '/put.inc';
require __DIR__ . '/../include/tls.php';
use Swoole\Coroutine\{Client, Socket};
$tls = tls();

foreach (['-tls1_2', '-tls1_3'] as $version) {
    // -rev sends each line back, reversed.
    $process = proc_open(
        ['openssl', 's_server', '-accept', '127.0.0.1:0', '-cert', "$tls/server.pem", '-key', "$tls/server.key", '-rev', $version],
        [['pipe', 'r'], ['pipe', 'w'], ['file', "$tls/log", 'a']], $pipes);
    while (!preg_match('/^ACCEPT .*:(\d+)/', (string) fgets($pipes[1]), $found));
    Co\run(function () use ($found, $tls, $version) {
        $client = new Client(SWOOLE_SOCK_TCP | SWOOLE_SSL);
        $client->set(['open_eof_check' => true, 'package_eof' => "\n", 'ssl_verify_peer' => true, 'ssl_cafile' => "$tls/ca.pem", 'ssl_host_name' => 'localhost']);
        put($version, $client->connect('127.0.0.1', (int) $found[1], 5), $client->errMsg);
        put($client->send("hello\n"), $client->recv(5));
        $line = str_repeat('x', 8000) . "y\n";
        put($client->send($line), $client->recv(5) === strrev(substr($line, 0, -1)) . "\n");
        put($client->getPeerCert() === file_get_contents("$tls/server.pem"), $client->verifyPeerCert(), $client->close());
    });
    proc_terminate($process);
    proc_close($process);
}

echo "-- as the server\n";
Co\run(function () use ($tls) {
    $server = new Socket(2, 1, 0);
    $server->setProtocol(['ssl_cert_file' => "$tls/server.pem", 'ssl_key_file' => "$tls/server.key"]);
    $server->bind('127.0.0.1');
    $server->listen();
    $port = $server->getsockname()['port'];
    $client = ['openssl', 's_client', '-connect', "127.0.0.1:$port", '-CAfile', "$tls/ca.pem", '-verify_return_error', '-servername', 'localhost', '-quiet', '-no_ign_eof'];
    $stream = [PHP_BINARY, '-n', '-r', '$c = stream_context_create(["ssl" => ["cafile" => $argv[1], "peer_name" => "localhost"]]);
        $s = stream_socket_client("tls://127.0.0.1:$argv[2]", $n, $e, 10, STREAM_CLIENT_CONNECT, $c) or exit($e);
        fwrite($s, fgets(STDIN)); echo stream_get_contents($s);', "$tls/ca.pem", (string) $port];
    foreach (['s_client -tls1_2' => [...$client, '-tls1_2'], 's_client -tls1_3' => [...$client, '-tls1_3'], 'tls://' => $stream] as $name => $command) {
        $process = proc_open($command, [['pipe', 'r'], ['pipe', 'w'], ['file', "$tls/log", 'a']], $pipes);
        fwrite($pipes[0], "from $name\n");
        $peer = $server->accept(10);
        put($name, $peer->sslHandshake(), $peer->errMsg);
        put($peer->recvLine(100, 5));
        put($peer->sendAll(str_repeat('z', 1_000_000)));
        $peer->close();
        put(strlen(stream_get_contents($pipes[1])));
        fclose($pipes[0]);
        proc_close($process);
    }
});
?>
--EXPECT--
"-tls1_2" true ""
6 "olleh\n"
8002 true
true true true
"-tls1_3" true ""
6 "olleh\n"
8002 true
true true true
-- as the server
"s_client -tls1_2" true ""
"from s_client -tls1_2\n"
1000000
1000000
"s_client -tls1_3" true ""
"from s_client -tls1_3\n"
1000000
1000000
"tls://" true ""
"from tls://\n"
1000000
1000000
