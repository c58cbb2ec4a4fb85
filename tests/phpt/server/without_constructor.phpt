--TEST--
A subclass that skips the constructor: start() is fatal (row 10)
--FILE--
<?php
class Lazy extends Swoole\Server
{
    public function __construct() {}
}
$server = new Lazy;
var_dump($server->setting, $server->getLastError());
$server->start();
echo "goes on\n";
?>
--EXPECTF--
NULL
int(0)

Fatal error: Swoole\Server::start(): the constructor of Swoole\Server was not called in %s on line %d
