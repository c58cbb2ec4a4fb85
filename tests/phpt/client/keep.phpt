--TEST--
Swoole\Client: SWOOLE_KEEP, connections that outlive their object
--FILE--
<?php
require __DIR__ . '/peer.inc';
const KEEP = SWOOLE_SOCK_TCP | SWOOLE_KEEP;

// Says the number of each connection that it gets, and of each that ends.
$peer = new Peer('$open = [-1 => $server, -2 => STDIN]; $number = 0; $none = null;
    while (true) {
        $ready = $open;
        stream_select($ready, $none, $none, 10);
        foreach ($ready as $key => $stream) {
            if ($key === -2) exit;
            if ($key === -1) { $open[++$number] = accept(); say("new $number"); continue; }
            $data = fread($stream, 100);
            if ($data !== "" && $data !== false) { fwrite($stream, "$key:$data"); continue; }
            unset($open[$key]); say("end $key");
        }
    }');

function ask(Swoole\Client $client, string $what): void
{
    $client->send($what);
    echo $client->recv(), ' reuse ', var_export($client->reuse, true), " $client->reuseCount\n";
}

$client = client($peer, type: KEEP);
echo $peer->hear(), "\n";
ask($client, 'first');
var_dump($client->close(), $client->isConnected());
show('close of a closed one', $client, fn($c) => $c->close());
foreach (['second', 'third'] as $name) {
    $client = client($peer, type: KEEP);
    ask($client, $name);
    $client->close();
}
echo "-- without close()\n";
$client = client($peer, type: KEEP);
unset($client);
$client = client($peer, type: KEEP);
ask($client, 'fifth');

echo "-- another at the same time, another id, no KEEP\n";
$second = client($peer, type: KEEP);
echo $peer->hear(), "\n";
ask($second, 'second one');
$other = client($peer, type: KEEP, id: 'other');
echo $peer->hear(), "\n";
ask($other, 'other id');
$plain = client($peer);
echo $peer->hear(), "\n";
ask($plain, 'plain');
$plain->close();
echo $peer->hear(), "\n";
$other->close();
$other = client($peer, type: KEEP, id: 'other');
ask($other, 'other id');

echo "-- close(true) closes\n";
var_dump($client->close(true));
echo $peer->hear(), "\n";
$client->connect($peer->host, $peer->port);
echo $peer->hear(), "\n";
ask($client, 'new');

echo "-- a child of pcntl_fork() leaves them alone\n";
$client->close();
$child = pcntl_fork();
if ($child === 0) {
    unset($second); // the parent goes on with this one
    $mine = client($peer, type: KEEP);
    ask($mine, 'child');
    $mine->close(true);
    exit;
}
pcntl_waitpid($child, $status);
echo $peer->hear(), ', ', $peer->hear(), "\n";
$client = client($peer, type: KEEP);
ask($client, 'parent');
ask($second, 'parent');

echo "-- the peer closed it\n";
$closing = new Peer('fclose(accept()); say("closed"); accept(); go();');
$client = client($closing, type: KEEP);
$closing->hear();
var_dump($client->recv());
$client->close();
$client = client($closing, type: KEEP);
var_dump($client->isConnected(), $client->reuse, $client->reuseCount);
?>
--EXPECT--
new 1
1:first reuse false 0
bool(true)
bool(false)
close of a closed one: false warning: Swoole\Client::close(): client is not connected to server [errCode 5001]
1:second reuse true 1
1:third reuse true 2
-- without close()
1:fifth reuse true 4
-- another at the same time, another id, no KEEP
new 2
2:second one reuse false 0
new 3
3:other id reuse false 0
new 4
4:plain reuse false 0
end 4
3:other id reuse true 1
-- close(true) closes
bool(true)
end 1
new 5
5:new reuse false 0
-- a child of pcntl_fork() leaves them alone
6:child reuse false 0
new 6, end 6
5:parent reuse true 1
2:parent reuse false 0
-- the peer closed it
string(0) ""
bool(true)
bool(false)
int(0)
