--TEST--
An uncaught exception is reported, exit() ends its message: the worker goes on with both (rows 23 and 24)
--FILE--
<?php
require __DIR__ . '/../include/serve.php';

foreach ([SWOOLE_BASE, SWOOLE_PROCESS] as $mode) {
    $served = serve(function () use ($mode) {
        ini_set('display_errors', 'stdout');
        $server = new Swoole\Server('127.0.0.1', 0, $mode);
        $server->set(['worker_num' => 1, 'enable_coroutine' => false, 'log_level' => SWOOLE_LOG_ERROR]);
        $server->on('WorkerStart', fn() => throw new LogicException('from WorkerStart', 7));
        $server->on('WorkerError', fn($server, ...$arguments) => note('WorkerError ' . json_encode($arguments)));
        register_shutdown_function(fn() => note('shutdown functions run'));
        $server->on('Receive', function (Swoole\Server $server, int $fd, int $reactor, string $data) {
            static $count = 0;
            $count++;
            note("$count $data");
            match ($data) {
                'throw' => throw new DomainException("message $count"),
                'exit' => exit(3),
                'say' => exit("bye\n"),
                default => $server->send($fd, "$count $data"),
            };
        });
        return $server;
    });
    $client = $served->connect(); // one connection: it goes on
    foreach (['throw', 'exit', 'say', 'throw'] as $i => $word) {
        $client->send($word);
        $served->await('/^' . (2 * $i + 1) . " $word$/");
        $client->send('still here');
        echo $client->recv(), "\n";
    }
    echo 'status ', $served->stop(), "\n", $served->notes();
}
?>
--EXPECTF--
Fatal error: Uncaught LogicException: from WorkerStart in %s:%d
Stack trace:
#0 [internal function]: {closure%S}(Object(Swoole\Server), 0)
#1 %s(%d): Swoole\Server->start()
#2 %s(%d): serve(Object(Closure))
#3 {main}
  thrown in %s on line %d

Fatal error: Uncaught DomainException: message 1 in %s:%d
Stack trace:
#0 [internal function]: {closure%S}(Object(Swoole\Server), 1, 0, 'throw')
#1 %s(%d): Swoole\Server->start()
#2 %s(%d): serve(Object(Closure))
#3 {main}
  thrown in %s on line %d
2 still here
4 still here
bye
6 still here

Fatal error: Uncaught DomainException: message 7 in %s:%d
Stack trace:
#0 [internal function]: {closure%S}(Object(Swoole\Server), 1, 0, 'throw')
#1 %s(%d): Swoole\Server->start()
#2 %s(%d): serve(Object(Closure))
#3 {main}
  thrown in %s on line %d
8 still here
status 0
1 throw
2 still here
3 exit
4 still here
5 say
6 still here
7 throw
8 still here
shutdown functions run

Fatal error: Uncaught LogicException: from WorkerStart in %s:%d
Stack trace:
%a
8 still here
status 0
1 throw
2 still here
3 exit
4 still here
5 say
6 still here
7 throw
8 still here
shutdown functions run
