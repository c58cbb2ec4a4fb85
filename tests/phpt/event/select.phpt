--TEST--
swoole_select() and swoole_client_select(): keys stay, the ready ones are left
--FILE--
<?php
[$a, $b] = stream_socket_pair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0);
[$c, $d] = stream_socket_pair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0);

$read = ['first' => $a, 'second' => $c];
$write = $except = null;
$begin = microtime(true);
var_dump(swoole_select($read, $write, $except, 0.05), microtime(true) - $begin >= 0.05, $read, $write);

fwrite($d, 'x');
$read = ['first' => $a, 'second' => $c];
$write = [7 => $b];
var_dump(swoole_client_select($read, $write, $except), array_keys($read), $read['second'] === $c, array_keys($write));

fclose($b);
$read = [$a, $c];
$write = null;
var_dump(swoole_select($read, $write, $except, 0), count($read));

$client = new Swoole\Client(SWOOLE_SOCK_TCP);
$listening = stream_socket_server('tcp://127.0.0.1:0');
[$host, $port] = explode(':', stream_socket_get_name($listening, false));
$client->connect($host, (int) $port);
$read = [$listening];
$write = ['client' => $client];
var_dump(swoole_select($read, $write, $except, 1), $write['client'] === $client, count($read));

echo "-- nothing to wait for\n";
$read = $write = $except = null;
var_dump(swoole_select($read, $write, $except, 1));
$read = [];
var_dump(swoole_select($read, $write, $except, 1));
$read = ['text'];
var_dump(swoole_select($read, $write, $except, 1));
$read = 'text';
try {
    swoole_select($read, $write, $except, 1);
} catch (TypeError $e) {
    echo $e->getMessage(), "\n";
}
?>
--EXPECTF--
int(0)
bool(true)
array(0) {
}
NULL
int(2)
array(1) {
  [0]=>
  string(6) "second"
}
bool(true)
array(1) {
  [0]=>
  int(7)
}
int(2)
int(2)
int(2)
bool(true)
int(1)
-- nothing to wait for

Warning: swoole_select(): there is nothing to wait for in %s on line %d
bool(false)

Warning: swoole_select(): there is nothing to wait for in %s on line %d
bool(false)

Warning: swoole_select(): an element of $read has no descriptor in %s on line %d

Warning: swoole_select(): there is nothing to wait for in %s on line %d
bool(false)
swoole_select(): Argument #1 ($read) must be of type ?array, string given
