--TEST--
Row 61: outside of a coroutine each of them is fatal
--FILE--
<?php
require __DIR__ . '/../include/child.php';

$calls = [
    'sleep(1)', 'exec("echo never")', 'gethostbyname("127.0.0.1")', 'dnsLookup("127.0.0.1")', 'getaddrinfo("127.0.0.1")', 'statvfs("/")',
    'readFile("/dev/null")', 'writeFile("/dev/null", "")', 'wait()', 'waitPid(1)', 'waitSignal(10)', 'waitEvent(0)',
];
foreach ($calls as $call) {
    ob_start();
    child("<?php try { Swoole\\Coroutine\\System::$call; } catch (Throwable) { echo 'caught'; }\necho 'never';");
    $lines = preg_grep('/^(Fatal|-- status)|never|caught/', explode("\n", ob_get_clean()));
    echo preg_replace('/ in \S+$/', '', implode(', ', $lines)), "\n";
}
?>
--EXPECTF--
Fatal error: Uncaught Swoole\Error: API must be called in the coroutine in %s, -- status 255
Fatal error: Uncaught Swoole\Error: API must be called in the coroutine in %s, -- status 255
Fatal error: Uncaught Swoole\Error: API must be called in the coroutine in %s, -- status 255
Fatal error: Uncaught Swoole\Error: API must be called in the coroutine in %s, -- status 255
Fatal error: Uncaught Swoole\Error: API must be called in the coroutine in %s, -- status 255
Fatal error: Uncaught Swoole\Error: API must be called in the coroutine in %s, -- status 255
Fatal error: Uncaught Swoole\Error: API must be called in the coroutine in %s, -- status 255
Fatal error: Uncaught Swoole\Error: API must be called in the coroutine in %s, -- status 255
Fatal error: Uncaught Swoole\Error: API must be called in the coroutine in %s, -- status 255
Fatal error: Uncaught Swoole\Error: API must be called in the coroutine in %s, -- status 255
Fatal error: Uncaught Swoole\Error: API must be called in the coroutine in %s, -- status 255
Fatal error: Uncaught Swoole\Error: API must be called in the coroutine in %s, -- status 255
