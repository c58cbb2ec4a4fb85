--TEST--
Coroutine\Socket: TLS carries megabytes both ways at once, frames, files and vectors; timeouts lose nothing
--SKIPIF--
<?php exec('openssl version', $output, $status) !== false && $status === 0 || die('skip no openssl'); ?>
--FILE--
<?php
require __DIR__ . '/put.inc';
require __DIR__ . '/../include/tls.php';
use Swoole\Coroutine\Socket;
$tls = tls();
file_put_contents("$tls/data", $data = random_bytes(3 << 20));
Co\run(function () use ($tls, $data) {
    $server = new Socket(2, 1, 0);
    $server->setProtocol(['ssl_cert_file' => "$tls/server.pem", 'ssl_key_file' => "$tls/server.key"]);
    $server->bind('127.0.0.1');
    $server->listen();
    $one = new Socket(2, 1, 0);
    $one->setProtocol(['open_ssl' => true]);
    go(fn() => $one->connect('127.0.0.1', $server->getsockname()['port']));
    $other = $server->accept();
    put($other->sslHandshake(), $other->errCode, $other->sslHandshake(), $other->errCode);
    $done = new Chan;
    $slowly = function (Socket $socket) use ($data) {
        for ($got = ''; strlen($got) < strlen($data); $got .= $socket->recv(100_000)) {
            Co::sleep(0.001);
        }
        return $got === $data;
    };
    foreach ([[$one, $other], [$other, $one]] as [$from, $to]) {
        go(fn() => $done->push($from->sendAll($data) === strlen($data)));
        go(fn() => $done->push($slowly($to)));
    }
    put('both ways', $done->pop(), $done->pop(), $done->pop(), $done->pop());
    go(fn() => $done->push($one->sendFile("$tls/data")));
    put('file', $slowly($other), $done->pop());

    $frame = pack('N', 1 << 20) . substr($data, 0, 1 << 20);
    $other->setProtocol(['open_length_check' => true, 'package_length_type' => 'N', 'package_body_offset' => 4]);
    go(fn() => $done->push($one->sendAll($frame) === strlen($frame)));
    put('frame', $other->recvPacket() === $frame, $done->pop());
    put($one->writeVectorAll(['ab', '', "c\n"]), $other->recvLine(), $other->peek(), $other->errCode);
    put($one->writeVector(['de', 'f']), $other->recvAll(3, 0.02));

    put('in time', $one->recv(10, 0.01), $one->errCode, $one->checkLiveness());
    // What a timeout leaves behind goes before what is sent next.
    $sent = $one->sendAll(str_repeat('x', 1 << 24), 0.01);
    put($sent < 1 << 24, $one->errCode);
    go(fn() => $done->push($one->send('end')));
    for ($got = ''; !str_ends_with($got, 'end'); $got .= $other->recv());
    put(strlen($got) === $sent + 3, $done->pop());

    go(fn() => put('closed meanwhile', $one->recv(), $one->errCode));
    $one->close();
    put('the end', $other->recv(), $other->errCode);
});
?>
--EXPECT--
true 0 false 106
"both ways" true true true true
"file" true true
"frame" true true
4 "abc\n" false 11
2 "de"
"in time" false 110 true
true 110
true 3
"closed meanwhile" false 125
"the end" "" 0
