--TEST--
Properties of a server and of its ports before the start; what cannot be done to the objects (rows 2, 7 and 28)
--FILE--
<?php
class MyServer extends Swoole\Server
{
    public string $mine = 'mine';
}

$server = new MyServer('localhost', 0, SWOOLE_PROCESS);
var_dump($server->host, $server->port > 0, $server->type, $server->ssl, $server->mode === SWOOLE_PROCESS, $server->setting);
var_dump($server->master_pid, $server->manager_pid, $server->worker_id, $server->worker_pid, $server->taskworker);
var_dump(get_class($server->connections), count($server->connections), iterator_to_array($server->connections));

$second = $server->listen('127.0.0.1', 0, SWOOLE_SOCK_TCP);
$third = $server->addlistener('127.0.0.1', 0, SWOOLE_SOCK_TCP);
var_dump(count($server->ports), $server->ports[1] === $second, $server->ports[2] === $third);
var_dump($server->ports[0]->port === $server->port, $second->port > 0, $second->port !== $third->port, $second->host, $second->type);
var_dump($second->sock > 0, get_class($second->connections));
var_dump(@stream_socket_client("tcp://127.0.0.1:$second->port", $code, $text, 1), $code); // bound, not listening

var_dump($server->set(['worker_num' => '2', 'max_connection' => null]));
var_dump($server->set(['backlog' => 128]));
var_dump($server->setting, $server->ports[0]->setting, $second->setting);
var_dump($second->set(['backlog' => 64]), $second->setting);

$server->stats_timer = 'mine';
var_dump($server->stats_timer, $server->mine);
foreach ([
    function () use ($server) { unset($server->setting); },
    fn() => clone $server,
    fn() => serialize($server),
    fn() => new Swoole\Server\Port(),
    fn() => clone $second,
] as $attempt) {
    try {
        $attempt();
    } catch (Throwable $e) {
        echo get_class($e), ': ', $e->getMessage(), "\n";
    }
}
?>
--EXPECTF--
string(9) "localhost"
bool(true)
int(1)
bool(false)
bool(true)
NULL
int(0)
int(0)
int(-1)
int(0)
bool(false)
string(26) "Swoole\Connection\Iterator"
int(0)
array(0) {
}
int(3)
bool(true)
bool(true)
bool(true)
bool(true)
bool(true)
string(9) "127.0.0.1"
int(1)
bool(true)
string(26) "Swoole\Connection\Iterator"
bool(false)
int(111)
bool(true)
bool(true)
array(3) {
  ["worker_num"]=>
  string(1) "2"
  ["max_connection"]=>
  NULL
  ["backlog"]=>
  int(128)
}
array(3) {
  ["worker_num"]=>
  string(1) "2"
  ["max_connection"]=>
  NULL
  ["backlog"]=>
  int(128)
}
NULL
NULL
array(1) {
  ["backlog"]=>
  int(64)
}
string(4) "mine"
string(4) "mine"
Error: Property setting of class MyServer cannot be unset
Error: Trying to clone an uncloneable object of class MyServer
Exception: Serialization of 'MyServer' is not allowed
Error: Call to private Swoole\Server\Port::__construct() from global scope
Error: Trying to clone an uncloneable object of class Swoole\Server\Port
