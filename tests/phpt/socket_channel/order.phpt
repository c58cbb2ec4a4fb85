--TEST--
Order mode: each caller gets its own answer, in the order of requests; without $answer it sends and returns at once
--FILE--
<?php
require __DIR__ . '/peer.inc';
use Swoole\Coroutine\SocketChannel;
use Swoole\Coroutine\SocketChannel\Reader;

$peer = peer(function ($connection, $number) {
    peer_note("connection $number");
    while (($line = line($connection)) !== null) {
        if ($line === 'tell me nothing') {
            peer_note($line);
            continue;
        }
        fwrite($connection, strrev($line) . "\n");
    }
    peer_note('end');
});
Co\run(function () use ($peer) {
    $channel = new SocketChannel(['host' => '127.0.0.1', 'port' => $peer->port]);
    var_dump($channel->request("abc\n", a_line(...)));
    foreach (range(1, 5) as $number) {
        go(function () use ($channel, $number) {
            echo "$number: " . $channel->request("x$number\n", a_line(...)) . "\n";
            echo "$number again: " . $channel->request("y$number\n", a_line(...)) . "\n";
        });
    }
    // Nothing to wait for: before any of them has an answer.
    var_dump($channel->request("tell me nothing\n"));
    // $answer may be whatever can be called, and read by bytes or by lines.
    var_dump($channel->request("12 34\n", 'a_line'));
    var_dump($channel->request("12 34\n", fn(Reader $reader) => [true, [$reader->read(2), $reader->readLine(' '), $reader->read(0), $reader->read(3)]]));
    var_dump($channel->request("key=value\r\n", fn(Reader $reader) => [true, [$reader->readLine('='), $reader->readLine("\n")]]));
    var_dump($channel->close());
});
echo $peer->await(3);
?>
--EXPECT--
string(3) "cba"
NULL
1: 1x
2: 2x
3: 3x
4: 4x
5: 5x
string(5) "43 21"
1 again: 1y
2 again: 2y
3 again: 3y
4 again: 4y
5 again: 5y
array(4) {
  [0]=>
  string(2) "43"
  [1]=>
  string(0) ""
  [2]=>
  string(0) ""
  [3]=>
  string(3) "21
"
}
array(2) {
  [0]=>
  string(5) "eulav"
  [1]=>
  string(3) "yek"
}
bool(true)
connection 1
tell me nothing
end
