--TEST--
send(), close() and exists(): what they accept, return and report (rows 33 to 35)
--FILE--
<?php
require __DIR__ . '/../include/serve.php';

foreach ([SWOOLE_BASE => 'BASE', SWOOLE_PROCESS => 'PROCESS'] as $mode => $name) {
    echo "$name\n";
    $served = serve(function () use ($mode) {
        $server = new Swoole\Server('127.0.0.1', 0, $mode);
        $server->set(['worker_num' => 1, 'log_level' => SWOOLE_LOG_NONE]);
        $say = function (string $what, callable $call) {
            swoole_clear_error();
            error_clear_last();
            try {
                $result = json_encode(@$call());
            } catch (Throwable $e) {
                $result = get_class($e) . ' ' . $e->getMessage();
            }
            note("$what: $result " . swoole_last_error() . rtrim(' ' . (error_get_last()['message'] ?? '')));
        };
        $server->on('Receive', function (Swoole\Server $server, int $fd, int $reactor, string $data) use ($say) {
            $say('numeric string', fn() => $server->send("$fd", 'a'));
            $say('int as text', fn() => $server->send($fd, 5));
            $say('named', fn() => $server->send(send_data: 'b', fd: $fd));
            $say('empty', fn() => $server->send($fd, ''));
            $say('zero', fn() => $server->send(0, 'x'));
            $say('negative', fn() => $server->send(-1, 'x'));
            $say('no number', fn() => $server->send('abc', 'x'));
            $say('gone', fn() => $server->send(999, 'x'));
            $say('array', fn() => $server->send($fd, []));
            $say('missing', fn() => $server->send($fd));
            $say('exists', fn() => [$server->exists($fd), $server->exist($fd), $server->exists(999), $server->exists(0)]);
            $say('close unknown', fn() => $server->close(999));
            $say('close', fn() => $server->close($fd));
            // being closed, or gone: in PROCESS that is the reactor's affair
            $say('after close', fn() => [$server->exists($fd), $server->close($fd), in_array(swoole_last_error(), [1003, 1005], true), swoole_clear_error()]);
        });
        $server->on('Close', function (Swoole\Server $server, int $fd, int $reactor) use ($say) {
            note("Close $reactor");
            $say('in Close, exists', fn() => $server->exists($fd));
            $say('in Close, info', fn() => is_array($server->getClientInfo($fd)));
            $say('in Close, send', fn() => $server->send($fd, 'c'));
            $say('in Close, close', fn() => $server->close($fd));
        });
        return $server;
    });
    $client = $served->connect();
    $client->send('x');
    $got = '';
    while (($piece = $client->recv()) !== '' && $piece !== false) {
        $got .= $piece;
    }
    echo "client got $got\n";
    $served->await('/in Close, close/');
    $served->await('/after close/');
    echo 'status ', $served->stop(), "\n", $served->notes();
}
?>
--EXPECT--
BASE
client got a5bc
status 0
numeric string: true 0
int as text: true 0
named: true 0
empty: false 550 Swoole\Server::send(): the data to send is empty
zero: false 503 Swoole\Server::send(): invalid fd[0]
negative: false 503 Swoole\Server::send(): invalid fd[-1]
no number: false 503 Swoole\Server::send(): invalid fd[0]
gone: false 1005
array: TypeError Swoole\Server::send(): Argument #2 ($send_data) must be of type string, array given 0
missing: ArgumentCountError Swoole\Server::send() expects at least 2 arguments, 1 given 0
exists: [true,true,false,false] 0
close unknown: false 1005
Close -1
in Close, exists: false 0
in Close, info: true 0
in Close, send: true 0
in Close, close: false 1003
close: true 1003
after close: [false,false,true,null] 0
PROCESS
client got a5b
status 0
numeric string: true 0
int as text: true 0
named: true 0
empty: false 550 Swoole\Server::send(): the data to send is empty
zero: false 503 Swoole\Server::send(): invalid fd[0]
negative: false 503 Swoole\Server::send(): invalid fd[-1]
no number: false 503 Swoole\Server::send(): invalid fd[0]
gone: false 1005
array: TypeError Swoole\Server::send(): Argument #2 ($send_data) must be of type string, array given 0
missing: ArgumentCountError Swoole\Server::send() expects at least 2 arguments, 1 given 0
exists: [true,true,false,false] 0
close unknown: false 1005
Close -1
in Close, exists: false 0
in Close, info: true 0
in Close, send: false 1004
in Close, close: false 1003
close: true 1003
after close: [false,false,true,null] 0
