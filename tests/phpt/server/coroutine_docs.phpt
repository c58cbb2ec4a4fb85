--TEST--
The server of docs/coroutines.md, as it stands there
--FILE--
<?php
require __DIR__ . '/../include/serve.php';

preg_match_all('/^```php\n(.*?)^```$/ms', file_get_contents(__DIR__ . '/../../../docs/coroutines.md'), $blocks);
$code = array_values(preg_grep('/new Swoole.Server/', $blocks[1]))[0];
$served = serve(function () use ($code) {
    eval(str_replace(['9501', '$server->start();'], ['0', ''], $code));
    $server->set(['worker_num' => 1, 'log_level' => SWOOLE_LOG_NONE]);
    return $server;
});
foreach (['one', 'two'] as $word) {
    $client = $clients[] = $served->connect();
    $client->send($word);
}
foreach ($clients as $client) {
    echo $client->recv();
}
foreach ($clients as $client) {
    echo $client->recv();
}
echo 'status ', $served->stop(), "\n";
?>
--EXPECT--
you said one
you said two
and this comes a little later
and this comes a little later
status 0
