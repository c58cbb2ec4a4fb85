--TEST--
Swoole\Client: connect() and how it fails
--FILE--
<?php
require __DIR__ . '/peer.inc';

$client = new Swoole\Client(SWOOLE_SOCK_TCP);
show('refused', $client, fn($c) => $c->connect('127.0.0.1', 1));
echo swoole_last_error(), "\n";
show('unknown name', $client, fn($c) => $c->connect('no-such-host.invalid', 1));
show('not an address of this family', $client, fn($c) => $c->connect('::1', 1));
show('empty host', $client, fn($c) => $c->connect('', 1));
show('port too large', $client, fn($c) => $c->connect('127.0.0.1', 65536));
show('port below 0', $client, fn($c) => $c->connect('127.0.0.1', -1));
show('refused again', $client, fn($c) => $c->connect('127.0.0.1', 1));
var_dump($client->sock, $client->isConnected());

$unix = new Swoole\Client(SWOOLE_SOCK_UNIX_STREAM);
show('missing path', $unix, fn($c) => $c->connect('/nowhere/at/all.sock'));
show('path too long', $unix, fn($c) => $c->connect('/' . str_repeat('x', 200)) && print 'connected');

$peer = new Peer('accept(); accept(); go();');
foreach (['127.0.0.1', 'localhost'] as $host) {
    $client = new Swoole\Client(SWOOLE_SOCK_TCP);
    show($host, $client, fn($c) => $c->connect($host, $peer->port));
    show('connected already', $client, fn($c) => $c->connect($host, $peer->port));
    var_dump($client->sock > 2, $client->isConnected());
}

echo "-- IPv6\n";
$peer = new Peer('fwrite(accept(), "six"); go();', 'tcp://[::1]:0');
show('IPv6', client($peer, type: SWOOLE_SOCK_TCP6), fn($c) => $c->recv());

echo "-- nobody accepts\n";
$path = socket_path();
$peer = new Peer('go();', "unix://$path", backlog: 0);
$first = client($peer, type: SWOOLE_SOCK_UNIX_STREAM);
$second = new Swoole\Client(SWOOLE_SOCK_UNIX_STREAM);
$begun = microtime(true);
show('timeout', $second, fn($c) => $c->connect($path, 0, 0.1) || print '');
$took = microtime(true) - $begun;
var_dump($took >= 0.1 && $took < 3);
?>
--EXPECTF--
refused: false warning: Swoole\Client::connect(): connect to server[127.0.0.1:1] failed. Error: Connection refused[111] [errCode 111]
111
unknown name: false warning: Swoole\Client::connect(): connect to server[no-such-host.invalid:1] failed. Error: DNS Lookup resolve failed[711] [errCode 711]
not an address of this family: false warning: Swoole\Client::connect(): connect to server[::1:1] failed. Error: DNS Lookup resolve failed[711] [errCode 711]
empty host: false warning: Swoole\Client::connect(): the host is empty
port too large: false warning: Swoole\Client::connect(): the port must be 0..=65535, got 65536
port below 0: false warning: Swoole\Client::connect(): the port must be 0..=65535, got -1
refused again: false warning: Swoole\Client::connect(): connect to server[127.0.0.1:1] failed. Error: Connection refused[111] [errCode 111]
int(-1)
bool(false)
missing path: false warning: Swoole\Client::connect(): connect to server[/nowhere/at/all.sock:0] failed. Error: No such file or directory[2] [errCode 2]
path too long: false warning: Swoole\Client::connect(): connect to server[/%s:0] failed. Error: File name too long[36] [errCode 36]
127.0.0.1: true
connected already: false warning: Swoole\Client::connect(): client is already connected to server, close() it first [errCode 106]
bool(true)
bool(true)
localhost: true
connected already: false warning: Swoole\Client::connect(): client is already connected to server, close() it first [errCode 106]
bool(true)
bool(true)
-- IPv6
IPv6: 'six'
-- nobody accepts
timeout: true warning: Swoole\Client::connect(): connect to server[%s:0] failed. Error: Connection timed out[110] [errCode 110]
bool(true)
