--TEST--
The example speaks to a real Redis server, pipelined, with a password
--SKIPIF--
<?php
if (shell_exec('command -v redis-server') === null) die('skip there is no redis-server');
?>
--FILE--
<?php
$folder = sys_get_temp_dir() . '/channel-redis-' . getmypid();
mkdir($folder);
$server = proc_open(
    ['redis-server', '--port', '0', '--unixsocket', "$folder/socket", '--save', '', '--appendonly', 'no', '--dir', $folder, '--requirepass', 'secret'],
    [['file', '/dev/null', 'r'], ['file', "$folder/log", 'w'], ['file', "$folder/log", 'w']],
    $pipes,
);
register_shutdown_function(function () use ($server, $folder) {
    proc_terminate($server);
    proc_close($server);
    array_map('unlink', glob("$folder/*"));
    rmdir($folder);
});
$end = microtime(true) + 10;
while (!($probe = @stream_socket_client("unix://$folder/socket")) && microtime(true) < $end) {
    usleep(2000);
}
$probe || die(file_get_contents("$folder/log"));
fclose($probe);

$argv = ['redis.php', "$folder/socket", '', 'secret'];
require __DIR__ . '/../../../examples/redis.php';

Co\run(function () use ($folder) {
    try {
        (new RedisClient("$folder/socket", null, 'wrong'))->ping();
    } catch (Swoole\Coroutine\SocketChannel\Exception $exception) {
        echo preg_replace('/^.*: (?=RuntimeException)/', '', $exception->getMessage()), "\n";
    }
    // Large values, both ways, beside small ones.
    $redis = new RedisClient("$folder/socket", null, 'secret');
    $large = random_bytes(10 << 20);
    Swoole\Coroutine\batch([
        fn() => $redis->set('large', $large),
        ...array_fill(0, 50, fn() => $redis->ping() === 'PONG' || print("no PONG\n")),
        fn() => print($redis->get('large') === $large ? "10 MB, there and back\n" : "not the same\n"),
        ...array_fill(0, 50, fn() => $redis->ping() === 'PONG' || print("no PONG\n")),
    ]);
    // The server drops us: all who wait are told, and the next command finds it again.
    $redis->client('KILL', 'TYPE', 'normal', 'SKIPME', 'no');
    try {
        echo $redis->ping(), "\n";
    } catch (Swoole\Coroutine\SocketChannel\Exception) {
        // The news of it came only after the request had gone.
        echo $redis->ping(), "\n";
    }
});
?>
--EXPECT--
GET: "several\r\nlines", of a key that is not there: null
INCR by 1,000 coroutines: 1 to 1000
LRANGE: ["a","b",""]
INCR of a list: WRONGTYPE Operation against a key holding the wrong kind of value
beside it: 3
RuntimeException: WRONGPASS invalid username-password pair or user is disabled.
10 MB, there and back
PONG
