--TEST--
Coroutine\Socket: recvPacket() with terminators and lengths, in pieces and several at once
--FILE--
<?php
require __DIR__ . '/put.inc';
use Swoole\Coroutine\Socket;
Co\run(function () {
    [$one, $other] = swoole_coroutine_socketpair(1, 1, 0);
    put('no framing', $other->send('as it comes'), $one->recvPacket());

    put($one->setProtocol(['open_eof_check' => true, 'package_eof' => "\r\n\r\n", 'package_max_length' => 20]));
    $other->send("a\r\n\r\nb\r\n\r\nc\r");
    put($one->recvPacket(), $one->recvPacket());
    go(fn() => put('the third', $one->recvPacket()));
    foreach (str_split("\n\r\nrest") as $byte) {
        $other->send($byte);
        Co::sleep(0.001);
    }
    put('in time', $one->recvPacket(0.01), $one->errCode);
    $other->send(" comes later\r\n\r\n");
    put($one->recvPacket(), $one->errCode);
    $other->send(str_repeat('x', 21));
    put('too long', $one->recvPacket(), $one->errCode, $one->errMsg);

    foreach (['C', 'n', 'v', 'N', 'V', 'S', 'L', 'J', 'P', 'Q', 'c', 's', 'l', 'q'] as $letter) {
        [$one, $other] = swoole_coroutine_socketpair(1, 1, 0);
        $head = strlen(pack($letter, 0));
        $one->setProtocol([
            'open_length_check' => 1, 'package_length_type' => $letter, 'package_length_offset' => 2, 'package_body_offset' => 2 + $head,
        ]);
        $frames = [];
        foreach ([0, 1, 100] as $length) {
            $frames[] = 'id' . pack($letter, $length) . str_repeat('b', $length);
        }
        $other->send(implode($frames));
        foreach ($frames as $frame) {
            $one->recvPacket() === $frame || put($letter, $frame);
        }
    }
    put('letters');

    $one->setProtocol(['package_length_type' => 'N', 'package_length_offset' => 0, 'package_body_offset' => 0, 'package_max_length' => 100]);
    $other->send(pack('N', 7) . 'abc');
    put(bin2hex($one->recvPacket()));
    $other->send(pack('N', 101));
    put($one->recvPacket(), $one->errCode, $one->errMsg, bin2hex($one->recv()));
    $other->send(pack('N', 3));
    put($one->recvPacket(), $one->errCode, $one->errMsg, bin2hex($one->recv()));
    $large = pack('N', 3 << 20) . random_bytes((3 << 20) - 4);
    $one->setProtocol(['package_max_length' => 4 << 20]);
    go(fn() => $other->sendAll($large));
    put('large', $one->recvPacket() === $large);
    $other->send(pack('N', 8));
    $other->close();
    put('cut off', $one->recvPacket(), $one->errCode);

    set_error_handler(fn($level, $text) => put($text));
    put($one->setProtocol(['open_mqtt_protocol' => true, 'unknown' => 1, 'open_length_check' => false]), $one->setProtocol([]));
    put($one->setProtocol(['package_max_length' => null]));
});
require __DIR__ . '/../include/child.php';
ob_start(fn($text) => preg_replace('/ in \/\S+ on line/', ' on line', $text));
child('<?php (new Swoole\Coroutine\Socket(2, 1))->setProtocol(["package_length_type" => "x"]);');
child('<?php (new Swoole\Coroutine\Socket(2, 1))->setProtocol(["package_eof" => ""]);');
?>
--EXPECT--
"no framing" 11 "as it comes"
true
"a\r\n\r\n" "b\r\n\r\n"
"the third" "c\r\n\r\n"
"in time" false 110
"rest comes later\r\n\r\n" 0
"too long" false 1201 "a message of 22 bytes or more is longer than package_max_length (20)"
"letters"
"00000007616263"
false 1201 "a message of 101 bytes or more is longer than package_max_length (100)" "00000065"
false 1204 "3 in the head of a message is no length that it can have" "00000003"
"large" true
"cut off" "" 0
"Swoole\\Coroutine\\Socket::setProtocol(): option [open_mqtt_protocol] is known but not built yet in this version"
true true
true

Fatal error: Swoole\Coroutine\Socket::setProtocol(): package_length_type must be one of cCsSnvlLNVqQJP as for pack(), got 'x' on line 1

-- status 255

Fatal error: Swoole\Coroutine\Socket::setProtocol(): package_eof must have at least one byte on line 1

-- status 255
