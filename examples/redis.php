<?php
/**
 * A small Redis client on one connection that all coroutines share: their commands go out together (pipelined), and each gets its own answer.
 *
 * usage: php -d extension=swoole examples/redis.php [HOST [PORT [PASSWORD]]]     HOST can be the path of a Unix socket, without PORT ('')
 *
 * It leaves the keys swoole:example:* behind, for a minute.
 */
declare(strict_types=1);

use Swoole\Coroutine\SocketChannel;
use Swoole\Coroutine\SocketChannel\Reader;

final class RedisClient
{
    private SocketChannel $channel;

    public function __construct(string $host, ?int $port, ?string $password = null, float $timeout = 5.0)
    {
        $this->channel = new SocketChannel([
            'host' => $host,
            'port' => $port,
            'timeout' => $timeout,
            'auth' => $password === null ? null : static function (Reader $connection) use ($password): void {
                $connection->write(self::encode(['AUTH', $password]));
                [$ok, $text] = self::answer($connection);
                $ok || throw new RuntimeException($text);
            },
        ]);
    }

    /** Sends a command, and gives back its answer: a string, an int, a list or null. An error is an exception. */
    public function __call(string $command, array $arguments): mixed
    {
        return $this->channel->request(self::encode([$command, ...$arguments]), self::answer(...));
    }

    private static function encode(array $words): string
    {
        $text = '*' . count($words) . "\r\n";
        foreach ($words as $word) {
            $text .= '$' . strlen((string) $word) . "\r\n$word\r\n";
        }
        return $text;
    }

    /** Reads one answer: [whether it is none of an error, what it says]. */
    public static function answer(Reader $reader): array
    {
        $line = $reader->readLine();
        $rest = substr($line, 1);
        return match ($line[0]) {
            '+' => [true, $rest],
            '-' => [false, $rest],
            ':' => [true, (int) $rest],
            '$' => [true, $rest === '-1' ? null : substr($reader->read((int) $rest + 2), 0, -2)],
            '*' => [true, $rest === '-1' ? null : self::elements($reader, (int) $rest)],
        };
    }

    private static function elements(Reader $reader, int $count): array
    {
        $elements = [];
        while ($count-- > 0) {
            $elements[] = self::answer($reader)[1];
        }
        return $elements;
    }
}

[, $host, $port, $password] = $argv + [1 => '127.0.0.1', '6379', null];

Co\run(function () use ($host, $port, $password) {
    $redis = new RedisClient($host, $port === '' ? null : (int) $port, $password);
    $key = 'swoole:example';

    $redis->set("$key:name", "several\r\nlines", 'EX', 60);
    echo 'GET: ', json_encode($redis->get("$key:name")), ', of a key that is not there: ', json_encode($redis->get("$key:none")), "\n";

    $redis->del("$key:count", "$key:list");
    $numbers = Swoole\Coroutine\map(range(1, 1000), fn() => $redis->incr("$key:count"));
    echo 'INCR by 1,000 coroutines: ', $numbers[0], ' to ', $numbers[999], "\n";

    $redis->rpush("$key:list", 'a', 'b', '');
    $redis->expire("$key:list", 60);
    $redis->expire("$key:count", 60);
    echo 'LRANGE: ', json_encode($redis->lrange("$key:list", 0, -1)), "\n";

    // An error comes to its caller alone.
    Swoole\Coroutine\batch([
        function () use ($redis, $key) {
            try {
                $redis->incr("$key:list");
            } catch (SocketChannel\Exception $exception) {
                echo 'INCR of a list: ', $exception->getMessage(), "\n";
            }
        },
        fn() => print('beside it: ' . $redis->llen("$key:list") . "\n"),
    ]);
});
