--TEST--
start(), set(), on() and listen() are refused while the server runs, and a second start() after it (row 11)
--FILE--
<?php
require __DIR__ . '/../include/serve.php';

foreach ([SWOOLE_BASE, SWOOLE_PROCESS] as $mode) {
    $served = serve(function () use ($mode) {
        $server = new Swoole\Server('127.0.0.1', 0, $mode);
        $server->set(['worker_num' => 1, 'log_level' => SWOOLE_LOG_NONE]);
        $say = function (string $what, callable $call) {
            note("$what: " . json_encode(@$call()) . ' ' . error_get_last()['message']);
        };
        $server->on('Receive', function (Swoole\Server $server, int $fd) use ($say) {
            $say('start', fn() => $server->start());
            $say('set', fn() => $server->set(['worker_num' => 3]));
            $say('on', fn() => $server->on('Close', fn() => note('called')));
            $say('listen', fn() => $server->listen('127.0.0.1', 0, SWOOLE_SOCK_TCP));
            $say('port', fn() => $server->ports[0]->set(['backlog' => 3]));
            note(json_encode($server->setting['worker_num']));
            $server->send($fd, 'done');
        });
        $first = getmypid();
        register_shutdown_function(function () use ($server, $say, $first) {
            $say('again', fn() => $server->start());
            $say('send', fn() => $server->send(1, 'x'));
        });
        return $server;
    });
    $client = $served->connect();
    $client->send('x');
    $client->recv();
    echo 'status ', $served->stop(), "\n", $served->notes();
}
?>
--EXPECT--
status 0
start: false Swoole\Server::start(): server is running, unable to start
set: false Swoole\Server::set(): server is running, unable to set options
on: false Swoole\Server::on(): server is running, unable to register an event callback
listen: false Swoole\Server::listen(): server is running, unable to listen on a further port
port: false Swoole\Server\Port::set(): server is running, unable to set options
1
again: false Swoole\Server::start(): The server have been shutdown, unable to start
send: false Swoole\Server::send(): server is not running
status 0
start: false Swoole\Server::start(): server is running, unable to start
set: false Swoole\Server::set(): server is running, unable to set options
on: false Swoole\Server::on(): server is running, unable to register an event callback
listen: false Swoole\Server::listen(): server is running, unable to listen on a further port
port: false Swoole\Server\Port::set(): server is running, unable to set options
1
again: false Swoole\Server::start(): The server have been shutdown, unable to start
send: false Swoole\Server::send(): server is not running
