--TEST--
Swoole\Client: construction
--FILE--
<?php
foreach ([[], [99], [0], [-1], [SWOOLE_SOCK_TCP, SWOOLE_SOCK_ASYNC], [SWOOLE_SOCK_TCP | SWOOLE_SSL], ['tcp'], [1, false, 'id', 4]] as $args) {
    try {
        new Swoole\Client(...$args);
        echo "made\n";
    } catch (Throwable $error) {
        echo get_class($error), ' ', $error->getCode(), ' ', $error->getMessage(), "\n";
    }
}

foreach ([SWOOLE_SOCK_TCP, SWOOLE_TCP6, SWOOLE_SOCK_UDP, SWOOLE_SOCK_UDP6, SWOOLE_SOCK_UNIX_STREAM, SWOOLE_SOCK_UNIX_DGRAM] as $type) {
    $client = new Swoole\Client($type | SWOOLE_ASYNC | SWOOLE_SYNC);
    echo $client->type & 255, ' ', var_export($client->isConnected(), true), "\n";
}
var_dump(method_exists('Swoole\Client', 'on'));
var_dump(new Swoole\Client(SWOOLE_SOCK_TCP, false, 'mine'));

foreach ([fn() => clone $client, fn() => serialize($client)] as $misuse) {
    try {
        $misuse();
    } catch (Throwable $error) {
        echo $error->getMessage(), "\n";
    }
}

class Lazy extends Swoole\Client { public function __construct() {} }
$lazy = new Lazy;
var_dump($lazy->isConnected(), @$lazy->send('x'), $lazy->errCode, @$lazy->close(), $lazy->set(['timeout' => 1]));
try {
    $lazy->connect('127.0.0.1', 1);
} catch (Error $error) {
    echo $error->getMessage(), "\n";
}
var_dump((new ReflectionClass('swoole_client'))->getName());
?>
--EXPECT--
Error 0 socket type param is required
TypeError 0 Swoole\Client::__construct() expects parameter 1 to be client type, unknown type 99 given
TypeError 0 Swoole\Client::__construct() expects parameter 1 to be client type, unknown type 0 given
TypeError 0 Swoole\Client::__construct() expects parameter 1 to be client type, unknown type -1 given
Error 0 The $async parameter is not supported
Error 0 SWOOLE_SSL is known but not built yet in this version
TypeError 0 Swoole\Client::__construct(): Argument #1 ($type) must be of type int, string given
ArgumentCountError 0 Swoole\Client::__construct() expects at most 3 arguments, 4 given
1 false
3 false
2 false
4 false
5 false
6 false
bool(false)
object(Swoole\Client)#2 (7) {
  ["errCode"]=>
  int(0)
  ["sock"]=>
  int(-1)
  ["reuse"]=>
  bool(false)
  ["reuseCount"]=>
  int(0)
  ["type"]=>
  int(1)
  ["id"]=>
  string(4) "mine"
  ["setting"]=>
  NULL
}
Trying to clone an uncloneable object of class Swoole\Client
Serialization of 'Swoole\Client' is not allowed
bool(false)
bool(false)
int(5001)
bool(false)
bool(true)
the constructor of Swoole\Client was not called
string(13) "Swoole\Client"
