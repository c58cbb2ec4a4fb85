--TEST--
A server that its own callbacks hold is garbage once nothing else holds it, and is not while something does
--FILE--
<?php
class Witnessed extends Swoole\Server
{
    public function __destruct() { echo "destructed\n"; }
}
$server = new Witnessed('127.0.0.1', 0);
$port = $server->listen('127.0.0.1', 0, SWOOLE_SOCK_TCP);
$server->on('Start', function () use ($server, $port) {});
$server->on('Receive', function () use ($server) {}); // on the first port
$port->on('Receive', function () use ($server, $port) {});
$weak = [WeakReference::create($server), WeakReference::create($port)];

unset($server); // the further port's callback still holds it
gc_collect_cycles();
var_dump($weak[0]->get() !== null, $port->on('Close', function () {}), is_callable($port->getCallback('Receive')));
unset($port);
gc_collect_cycles();
var_dump($weak[0]->get(), $weak[1]->get());
?>
--EXPECT--
bool(true)
bool(true)
bool(true)
destructed
NULL
NULL
