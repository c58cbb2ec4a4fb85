--TEST--
Coroutine\Socket: megabytes to a slow reader both ways, files, vectors
--FILE--
<?php
require __DIR__ . '/put.inc';
use Swoole\Coroutine\Socket;
$data = random_bytes(3 << 20);
$file = tempnam(sys_get_temp_dir(), 'socket');
file_put_contents($file, $data);
Co\run(function () use ($data, $file) {
    $server = new Socket(2, 1, 0);
    $server->bind('127.0.0.1');
    $server->listen();
    $one = new Socket(2, 1, 0);
    $one->connect('127.0.0.1', $server->getsockname()['port']);
    $other = $server->accept();
    $done = new Chan;
    $slowly = function (Socket $socket) use ($data) {
        for ($got = ''; strlen($got) < strlen($data);) {
            $piece = $socket->recv(100_000);
            if ($piece === false || $piece === '') {
                return false;
            }
            $got .= $piece;
            Co::sleep(0.001);
        }
        return $got === $data;
    };
    // Both at once, each reading while it writes.
    foreach ([[$one, $other], [$other, $one]] as [$from, $to]) {
        go(fn() => $done->push($from->sendAll($data) === strlen($data)));
        go(fn() => $done->push($slowly($to)));
    }
    put('both ways', $done->pop(), $done->pop(), $done->pop(), $done->pop());

    go(fn() => $done->push($one->sendFile($file)));
    put('file', $slowly($other), $done->pop());
    go(fn() => $done->push($one->sendFile($file, 1 << 20, 1 << 20)));
    put('part of it', $other->recvAll(1 << 20) === substr($data, 1 << 20, 1 << 20), $done->pop());
    put('its end', $one->sendFile($file, (3 << 20) - 5), $other->recv() === substr($data, -5));
    put('none', $one->sendFile('/nowhere'), $one->errCode, $one->sendFile($file, 3 << 20), $one->errCode, $one->sendFile($file, 0, 4 << 20), $one->errCode, $one->sendFile($file, -1), $one->errCode);
    file_put_contents($file, '');
    put('empty', $one->sendFile($file), $one->errCode);

    $pieces = array_map(fn($piece) => substr($piece, 0, random_int(0, 1000)), str_split($data, 1000));
    go(fn() => $done->push($one->writeVectorAll($pieces)));
    $all = implode($pieces);
    put('vector', $other->recvAll(strlen($all)) === $all, $done->pop() === strlen($all));
    put($one->writeVector(['ab', '', 'cde']), $other->readVector([1, 3, 10]), $one->writeVectorAll([]));
    go(fn() => $done->push($other->readVectorAll([2, 3])));
    $one->send('ab');
    $one->send('cdef');
    put($done->pop(), $other->recv());
    $one->close();
    put($other->readVector([1]), $other->errCode, $other->readVectorAll([1]));
});
unlink($file);
?>
--EXPECT--
"both ways" true true true true
"file" true true
"part of it" true true
"its end" true true
"none" false 2 false 22 false 22 false 22
"empty" false 702
"vector" true true
5 ["a","bcd","e"] 0
["ab","cde"] "f"
[] 0 []
