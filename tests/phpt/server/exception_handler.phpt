--TEST--
An uncaught exception goes to the program's own handler, as PHP does it; one that the handler throws is reported
--FILE--
<?php
require __DIR__ . '/../include/serve.php';

foreach ([SWOOLE_BASE, SWOOLE_PROCESS] as $mode) {
    $served = serve(function () use ($mode) {
        ini_set('display_errors', '0');
        ini_set('log_errors', '0');
        set_exception_handler(function (Throwable $e) {
            note('handler: ' . $e->getMessage());
            if ($e->getMessage() === 'again') {
                throw new LogicException('from the handler');
            }
        });
        $server = new Swoole\Server('127.0.0.1', 0, $mode);
        $server->set(['worker_num' => 1, 'enable_coroutine' => false, 'log_level' => SWOOLE_LOG_NONE]);
        $server->on('Receive', function (Swoole\Server $server, int $fd, int $reactor, string $data) {
            if ($data === 'last error') {
                $server->send($fd, strtok(error_get_last()['message'] ?? 'none', "\n"));
            } else {
                throw new DomainException($data);
            }
        });
        return $server;
    });
    $client = $served->connect();
    foreach (['once', 'again'] as $word) {
        $client->send($word);
        $served->await("/^handler: $word/");
        $client->send('last error');
        echo preg_replace('/ in .*/', '', $client->recv()), "\n";
    }
    echo 'status ', $served->stop(), "\n", $served->notes();
}
?>
--EXPECT--
none
Uncaught LogicException: from the handler
status 0
handler: once
handler: again
none
Uncaught LogicException: from the handler
status 0
handler: once
handler: again
