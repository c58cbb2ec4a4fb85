--TEST--
Swoole\Client: what SWOOLE_KEEP keeps outlives a request, and nothing else does
--FILE--
<?php
require __DIR__ . '/peer.inc';

$peer = new Peer('while (true) {
    $ready = [$server, STDIN]; $none = null;
    stream_select($ready, $none, $none, 10) && !in_array(STDIN, $ready, true) || exit;
    $open[] = accept(); say("connected");
}');

// One process that serves many requests, as a worker of PHP-FPM does. A request says whether its connection is one of an earlier
// request, and how many descriptors the process has.
$script = tempnam(sys_get_temp_dir(), 'swoole-client-');
register_shutdown_function(fn() => unlink($script));
file_put_contents($script, '<?php
    $client = new Swoole\Client((int) $_GET["type"]);
    $client->connect("' . $peer->host . '", ' . $peer->port . ', 5);
    $fds = count(scandir("/proc/self/fd"));
    echo json_encode(["pid" => getmypid(), "reuse" => $client->reuse, "count" => $client->reuseCount, "fds" => $fds]);
    match ($_GET["end"]) {
        "return" => null,
        "close" => $client->close(true),
        "exit" => exit,
        "fatal" => @trigger_error("fatal", E_USER_ERROR),
    };
');
$arguments = preg_split('/\s+/', trim(str_replace('"', '', getenv('TEST_PHP_EXTRA_ARGS'))));
$command = [PHP_BINARY, ...$arguments, '-d', 'display_errors=0', '-d', 'log_errors=0', '-S', '127.0.0.1:0', $script];
$web = proc_open($command, [['file', '/dev/null', 'r'], ['file', '/dev/null', 'w'], ['pipe', 'w']], $pipes);
preg_match('/127\.0\.0\.1:\d+/', fgets($pipes[2]), $match) or exit('no web server');

function request(string $name, int $type, string $end): array
{
    $context = stream_context_create(['http' => ['ignore_errors' => true]]);
    $answer = json_decode(file_get_contents("http://{$GLOBALS['match'][0]}/?type=$type&end=$end", false, $context), true);
    echo str_pad($name, 30), var_export($answer['reuse'], true), " $answer[count]\n";
    return $answer;
}

const KEEP = SWOOLE_SOCK_TCP | SWOOLE_KEEP;
$first = request('kept, new', KEEP, 'return');
request('kept, again', KEEP, 'return');
request('kept, again, exit()', KEEP, 'exit');
request("kept, again, fatal error", KEEP, "fatal");
request('kept, new', KEEP, 'return');
request('kept, again, close(true)', KEEP, 'close');
request('kept, new', KEEP, 'close');
for ($i = 0; $i < 3; $i++) {
    foreach (['return', 'exit', 'fatal', 'close'] as $end) {
        $last = request("not kept, $end", SWOOLE_SOCK_TCP, $end);
    }
}
var_dump($first['pid'] === $last['pid'], $last['fds'] - $first['fds']);
proc_terminate($web);
proc_close($web);
?>
--EXPECT--
kept, new                     false 0
kept, again                   true 1
kept, again, exit()           true 2
kept, again, fatal error      true 3
kept, new                     false 0
kept, again, close(true)      true 1
kept, new                     false 0
not kept, return              false 0
not kept, exit                false 0
not kept, fatal               false 0
not kept, close               false 0
not kept, return              false 0
not kept, exit                false 0
not kept, fatal               false 0
not kept, close               false 0
not kept, return              false 0
not kept, exit                false 0
not kept, fatal               false 0
not kept, close               false 0
bool(true)
int(0)
