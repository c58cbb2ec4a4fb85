--TEST--
Process\Pool: start() without the callbacks that it needs, without an address, twice, without the constructor
--FILE--
<?php
require __DIR__ . '/../include/child.php';
child('<?php (new Swoole\Process\Pool(1))->start();');
child('<?php (new Swoole\Process\Pool(1, SWOOLE_IPC_UNIXSOCK))->start();');
child('<?php (new Swoole\Process\Pool(1, SWOOLE_IPC_UNIXSOCK, 0, true))->start();');
child('<?php class P extends Swoole\Process\Pool { function __construct() {} } (new P)->start();');
child('<?php
$p = new Swoole\Process\Pool(1, SWOOLE_IPC_SOCKET);
$p->on("Message", fn() => 1);
var_dump($p->start());');
child('<?php
$p = new Swoole\Process\Pool(1);
$p->on("WorkerStart", fn($p) => $p->shutdown());
$p->on("Start", function ($p) { var_dump($p->start(), $p->on("Start", fn() => 1)); $p->set([]); });
var_dump($p->start(), $p->start());');
?>
--EXPECTF--
%AFatal error: Swoole\Process\Pool::start(): require onWorkerStart callback in %s on line 1

-- status 255
%AFatal error: Swoole\Process\Pool::start(): require onMessage callback in %s on line 1

-- status 255
%AFatal error: Swoole\Process\Pool::start(): require onWorkerStart callback in %s on line 1

-- status 255
%AFatal error: Swoole\Process\Pool::start(): the constructor of Swoole\Process\Pool was not called in %s on line 1

-- status 255

Warning: Swoole\Process\Pool::start(): the pool has no address: call listen() first in %s on line 4
bool(false)

-- status 0

Warning: Swoole\Process\Pool::start(): process pool is started, unable to start in %s on line 4

Warning: Swoole\Process\Pool::on(): process pool is started, unable to register an event callback in %s on line 4
bool(false)
bool(false)

Warning: Swoole\Process\Pool::set(): process pool is started, unable to set options in %s on line 4

Warning: Swoole\Process\Pool::start(): the process pool has ended, unable to start in %s on line 5
NULL
bool(false)

-- status 0
