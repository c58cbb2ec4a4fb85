<?php
/**
 * What a Swoole\Coroutine\SocketChannel gains: the requests a second of 1,000 coroutines over one connection, beside those of one coroutine that uses the
 * connection in turn. Prints a table in Markdown, and fails when the gain is below five.
 *
 * usage: php -d extension=target/release/libswoole.so benches/socket_channel.php [ROUNDS]
 *
 * The server is Swoole\Server in a process of its own, which sends each line back. Figures are by the clock; of each the best of ROUNDS (5) counts.
 */
use Swoole\Coroutine\SocketChannel;
use Swoole\Coroutine\SocketChannel\Reader;

const COROUTINES = 1000;
const GAIN = 5;
$rounds = (int) ($argv[1] ?? 5);

function serve_lines(): array
{
    $ready = stream_socket_pair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0);
    $pid = pcntl_fork();
    if ($pid === 0) {
        $server = new Swoole\Server('127.0.0.1', 0, SWOOLE_BASE);
        $server->set(['worker_num' => 1, 'log_level' => SWOOLE_LOG_WARNING]);
        $server->on('WorkerStart', fn($server) => fwrite($ready[0], "$server->port\n"));
        $server->on('Receive', fn($server, $fd, $reactor, $data) => $server->send($fd, $data));
        $server->start();
        exit;
    }
    return [$pid, (int) fgets($ready[1])];
}

/** Requests a second, the best of all rounds. */
function best(int $rounds, callable $measure): float
{
    $best = 0;
    for ($i = 0; $i < $rounds; $i++) {
        Co\run(function () use ($measure, &$best) {
            $start = hrtime(true);
            $count = $measure();
            $best = max($best, $count * 1e9 / (hrtime(true) - $start));
        });
    }
    return $best;
}

[$pid, $port] = serve_lines();
$options = ['host' => '127.0.0.1', 'port' => $port];
$line = static fn(Reader $reader): array => [true, $reader->readLine("\n")];
$ways = [
    'order' => [new SocketChannel($options), static fn(SocketChannel $channel, int $number) => $channel->request("$number\n", $line)],
    'session' => [
        new SocketChannel($options + ['response' => static fn(Reader $reader): array => [$text = $reader->readLine("\n"), true, $text]]),
        static fn(SocketChannel $channel, int $number) => $channel->request("$number\n", $number),
    ],
];
$failed = false;
printf("| requests a second | one, in turn | %s coroutines | gain |\n|---|---|---|---|\n", number_format(COROUTINES));
foreach ($ways as $mode => [$channel, $ask]) {
    $alone = best($rounds, function () use ($channel, $ask) {
        for ($i = 0; $i < 5000; $i++) {
            $ask($channel, 0) === '0' || exit("a wrong answer\n");
        }
        return 5000;
    });
    $together = best($rounds, function () use ($channel, $ask) {
        $group = new Swoole\Coroutine\WaitGroup(COROUTINES);
        for ($number = 0; $number < COROUTINES; $number++) {
            go(function () use ($channel, $ask, $number, $group) {
                for ($i = 0; $i < 100; $i++) {
                    $ask($channel, $number) === "$number" || exit("a wrong answer\n");
                }
                $group->done();
            });
        }
        $group->wait();
        return COROUTINES * 100;
    });
    printf("| %s mode | %s | %s | %.1f |\n", $mode, number_format($alone), number_format($together), $together / $alone);
    $failed = $failed || $together / $alone < GAIN;
}
exec("kill $pid");
pcntl_waitpid($pid, $status);
if ($failed) {
    fwrite(STDERR, 'The gain is below ' . GAIN . ".\n");
    exit(1);
}
