--TEST--
Callers that wait when the script ends are unwound; exit() in response ends the script; nothing that is left over harms
--FILE--
<?php
require __DIR__ . '/peer.inc';
require __DIR__ . '/../include/child.php';
$peer = peer(function ($connection, $number) {
    while (($line = line($connection)) !== null) {
        fwrite($connection, $line === 'silence' ? '' : "$line\n");
    }
});
$begin = '<?php use Swoole\Coroutine; use Swoole\Coroutine\SocketChannel;
    $order = new SocketChannel($options = ["host" => "127.0.0.1", "port" => ' . $peer->port . ']);
    $session = new SocketChannel($options + ["response" => fn($reader) => [$line = $reader->readLine("\n"), true, $line]]);
    $read = fn($reader) => [true, $reader->readLine("\n")];
    class Last { function __construct(public string $text) {} function __destruct() { echo "$this->text is gone\n"; } }
    function ask($what, $call) { $last = new Last($what); try { $call(); echo "$what: returned\n"; } finally { echo "$what: finally\n"; } }
    register_shutdown_function(function () { echo "shutdown\n"; });
';
foreach ([
    'an exception' => 'Co\run(function () use ($order, $session, $read) {
        go(fn() => ask("first", fn() => $order->request("silence\n", $read)));
        go(fn() => ask("second", fn() => $order->request("silence\n", $read)));
        go(fn() => ask("session", fn() => $session->request("silence\n", 5)));
        Coroutine::sleep(0.02);
        throw new Exception("the end");
    });',
    'exit() in response' => '$exits = new SocketChannel($options + ["response" => function ($reader) { $reader->read(1); exit(3); }]);
    Co\run(function () use ($exits) {
        try { ask("session", fn() => $exits->request("x\n", 5)); } catch (SocketChannel\Exception $e) { echo "caught\n"; }
    });',
    'a fatal error in $answer' => 'Co\run(function () use ($order) {
        go(fn() => ask("fatal", fn() => $order->request("x\n", function ($reader) { $reader->read(1); @trigger_error("fatal", E_USER_ERROR); })));
        go(fn() => ask("waits", fn() => $order->request("x\n", fn($reader) => [true, $reader->readLine("\n")])));
    });',
    'at top level' => 'go(function () use ($order, $read) { ask("top", fn() => print($order->request("top\n", $read) . "\n")); }); echo "end of the script\n";',
    'sent at the end' => 'go(function () use ($order) { $order->request("silence\n"); });',
] as $what => $script) {
    echo "== $what\n";
    child($begin . $script);
}
?>
--EXPECTF--
== an exception

Fatal error: Uncaught Exception: the end in %s:13
Stack trace:
#0 [internal function]: {closure%S}()
#1 {main}
  thrown in %s on line 13
shutdown
first: finally
first is gone
second: finally
second is gone
session: finally
session is gone

-- status 255
== exit() in response

Fatal error: Uncaught Swoole\ExitException: swoole exit in %s
%A
shutdown
session: finally
session is gone

-- status 255
== a fatal error in $answer

Fatal error: fatal in %s on line 9
shutdown

-- status 255
== at top level
end of the script
shutdown

Deprecated: swoole_event_rshutdown(): Event::wait() in shutdown function is deprecated in Unknown on line 0
top
top: returned
top: finally
top is gone

-- status 0
== sent at the end
shutdown

Deprecated: swoole_event_rshutdown(): Event::wait() in shutdown function is deprecated in Unknown on line 0

-- status 0
