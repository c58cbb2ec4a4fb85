--TEST--
close(): what was sent before arrives, Close runs before it returns, but in the owner when another worker calls it; with reset the client sees one (row 34)
--FILE--
<?php
require __DIR__ . '/../include/serve.php';

foreach ([SWOOLE_BASE => 'BASE', SWOOLE_PROCESS => 'PROCESS'] as $mode => $name) {
    echo "$name\n";
    $served = serve(function () use ($mode) {
        $server = new Swoole\Server('127.0.0.1', 0, $mode);
        $server->set(['worker_num' => 2, 'log_level' => SWOOLE_LOG_NONE]);
        $inside = '';
        $server->on('WorkerStart', fn() => note('WorkerStart'));
        $server->on('Close', function (Swoole\Server $server, int $fd, int $reactor) use (&$inside) {
            note("Close $fd $reactor in worker $server->worker_id, inside: " . json_encode($inside));
        });
        $server->on('Receive', function (Swoole\Server $server, int $fd, int $reactor, string $data) use (&$inside) {
            $inside = $data;
            [$word, $other] = explode(' ', "$data ");
            match ($word) {
                'who' => $server->send($fd, "$fd $server->worker_id"),
                'much' => $server->send($fd, str_repeat('x', 3 << 20)) && $server->close($fd),
                'reset' => $server->close($fd, true),
                'end' => note('close gave ' . json_encode($server->close((int) $other)) . ', then ' . json_encode([$server->close((int) $other), in_array(swoole_last_error(), [1003, 1005], true)])), // closing, or gone
            };
            $inside = '';
            note("$data is over");
        });
        return $server;
    });
    $served->await('/^WorkerStart/', 2);
    $clients = [];
    while (count($clients) < 2) { // one of each worker
        $client = stream_socket_client("tcp://127.0.0.1:$served->port");
        stream_set_timeout($client, (int) PATIENCE);
        fwrite($client, 'who');
        [$fd, $worker] = explode(' ', fread($client, 99));
        $clients[$worker] ??= [$fd, $client];
        $kept[] = $client;
    }
    [[$first, $mine], [$second, $others]] = [$clients[0], $clients[1]];
    fwrite($mine, "end $second");
    $served->await('/^Close/');
    echo 'the other sees ', json_encode(fread($others, 99)), ' ', json_encode(feof($others)), "\n";
    fwrite($mine, 'much');
    echo strlen(stream_get_contents($mine)), " bytes, then the end\n";
    $client = $served->connect();
    $client->send('reset');
    echo json_encode(@$client->recv()), ' ', $client->errCode, "\n";
    $served->await('/^reset is over/');
    $notes = preg_replace(['/^(who is over|WorkerStart)\n/m', "/^Close $first /m", "/^Close $second /m", '/^Close \d+ (?=.*reset)/m', '/worker \d(?=.*reset)/', "/ $second is/"],
        ['', 'Close the first ', 'Close the second ', 'Close a third ', 'its worker', ' second is'], $served->notes());
    $lines = explode("\n", trim($notes));
    $rank = fn($line) => match (true) {
        str_contains($line, 'Close the second') => 2, // it comes when it comes
        str_contains($line, 'second'), str_contains($line, 'gave') => 1,
        default => 0,
    };
    usort($lines, fn($a, $b) => $rank($a) <=> $rank($b));
    echo implode("\n", $lines), "\n", 'status ', $served->stop(), "\n";
    unset($kept);
}
?>
--EXPECT--
BASE
the other sees "" true
3145728 bytes, then the end
false 104
Close the first -1 in worker 0, inside: "much"
much is over
Close a third -1 in its worker, inside: "reset"
reset is over
close gave true, then [false,true]
end second is over
Close the second -1 in worker 1, inside: ""
status 0
PROCESS
the other sees "" true
3145728 bytes, then the end
false 104
Close the first -1 in worker 0, inside: "much"
much is over
Close a third -1 in its worker, inside: "reset"
reset is over
close gave true, then [false,true]
end second is over
Close the second -1 in worker 1, inside: ""
status 0
