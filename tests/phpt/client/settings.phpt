--TEST--
Swoole\Client: set() and the setting property
--FILE--
<?php
require __DIR__ . '/peer.inc';

$client = new Swoole\Client(SWOOLE_SOCK_TCP);
show('unknown', $client, fn($c) => $c->set(['no_such_option' => 1, 7 => 'seven']));
show('merged', $client, fn($c) => $c->set(['timeout' => 0.1, 'package_eof' => "\r\n", 'open_eof_check' => false, 'bind_address' => null]));
show('nothing', $client, fn($c) => $c->set([]));
var_dump($client->setting);
show('odd', $client, fn($c) => $c->set(['bind_port' => 70000]));
show('not built yet', $client, fn($c) => $c->set(['open_length_check' => true, 'package_max_length' => 8192]));
show('no array', $client, function ($c) {
    try {
        $c->set('timeout');
    } catch (TypeError $error) {
        echo $error->getMessage(), "\n";
    }
});

echo "-- what it does\n";
$peer = new Peer('$c = accept(); say(stream_socket_get_name($c, true)); go();');
$client = new Swoole\Client(SWOOLE_SOCK_TCP);
$client->set(['bind_address' => '127.0.0.3', 'timeout' => 0.1, 'open_tcp_nodelay' => false, 'socket_buffer_size' => 65536]);
show('connect', $client, fn($c) => $c->connect($peer->host, $peer->port));
echo strstr($peer->hear(), ':', true), ' ', $client->getsockname()['host'], "\n";
$begun = microtime(true);
show('the timeout that was set', $client, fn($c) => $c->recv());
$took = microtime(true) - $begun;
var_dump($took >= 0.1 && $took < 0.45);

$client = new Swoole\Client(SWOOLE_SOCK_TCP);
$client->set(['bind_address' => 'nonsense']);
show('bad address', $client, fn($c) => $c->connect('127.0.0.1', 1));

echo "-- an error handler that throws\n";
set_error_handler(fn(int $level, string $text) => throw new ErrorException($text));
try {
    $client->set(['open_eof_split' => 1, 'after' => 'kept']);
} catch (ErrorException $error) {
    echo $error->getMessage(), "\n";
}
var_dump(isset($client->setting['after']));
?>
--EXPECT--
unknown: true
merged: true
nothing: true
array(6) {
  ["no_such_option"]=>
  int(1)
  [7]=>
  string(5) "seven"
  ["timeout"]=>
  float(0.1)
  ["package_eof"]=>
  string(2) "
"
  ["open_eof_check"]=>
  bool(false)
  ["bind_address"]=>
  NULL
}
odd: true warning: Swoole\Client::set(): bind_port must be 0..=65535, got 70000; 65535 is used
not built yet: true warning: Swoole\Client::set(): option [open_length_check] is known but not built yet in this version
Swoole\Client::set(): Argument #1 ($settings) must be of type array, string given
no array: NULL
-- what it does
connect: true
127.0.0.3 127.0.0.3
the timeout that was set: false warning: Swoole\Client::recv(): recv() failed, Error: Resource temporarily unavailable[11] [errCode 11]
bool(true)
bad address: false warning: Swoole\Client::connect(): connect to server[127.0.0.1:1] failed. Error: Invalid argument[22] [errCode 22]
-- an error handler that throws
Swoole\Client::set(): option [open_eof_split] is known but not built yet in this version
bool(true)
