<?php
/**
 * Runs a server in a child process, and tells what its processes note.
 *
 *     $served = serve(fn() => $server);        // makes the server, in the child
 *     $client = $served->connect();            // a client, as soon as the server has started
 *     $status = $served->stop();               // SIGTERM, then the child's exit status
 *     echo $served->notes();                   // what note() was told, in all processes, line by line
 */
declare(strict_types=1);

const PATIENCE = 10.0; // seconds: only a server that is broken takes so long

/** Writes a line that the test can read, from whatever process. */
function note(string $line): void
{
    file_put_contents(getenv('SWOOLE_NOTES'), "$line\n", FILE_APPEND);
}

final class Served
{
    private ?int $status = null;

    public function __construct(public readonly int $pid, public readonly string $host, public readonly int $port, private string $file)
    {
        // A test that fails ends in a fatal error, after which there are no destructors.
        $self = WeakReference::create($this);
        register_shutdown_function(static fn() => $self->get()?->__destruct());
    }

    public function connect(): Swoole\Client
    {
        $client = new Swoole\Client(str_contains($this->host, '/') ? SWOOLE_SOCK_UNIX_STREAM : SWOOLE_SOCK_TCP);
        $client->connect($this->host, $this->port, PATIENCE) || throw new RuntimeException("connect: $client->errCode");
        return $client;
    }

    /** Waits until so many lines are noted that match. */
    public function await(string $pattern, int $count = 1): void
    {
        wait_for(fn() => count(preg_grep($pattern, explode("\n", $this->notes()))) >= $count, fn() => "$count of $pattern in:\n" . $this->notes());
    }

    public function signal(string $name): void
    {
        signal($this->pid, $name);
    }

    /** Ends the server, and waits for it: its exit status, or -SIGNAL. */
    public function stop(string $signal = 'TERM'): int
    {
        $this->signal($signal);
        return $this->wait();
    }

    public function wait(): int
    {
        if ($this->status === null) {
            wait_for(fn() => pcntl_waitpid($this->pid, $status, WNOHANG) === $this->pid
                && ($this->status = pcntl_wifexited($status) ? pcntl_wexitstatus($status) : -pcntl_wtermsig($status)) !== null, 'the server to end');
        }
        return $this->status;
    }

    public function notes(): string
    {
        return file_get_contents($this->file);
    }

    public function __destruct()
    {
        if ($this->status === null && getmypid() === TEST_PID) {
            signal($this->pid, 'KILL');
            pcntl_waitpid($this->pid, $this->status);
        }
        if (getmypid() === TEST_PID) {
            @unlink($this->file);
        }
    }
}

define('TEST_PID', getmypid());

/** Sends a signal; the extension posix is not there under `php -n`. */
function signal(int $pid, string $name): void
{
    exec("kill -$name $pid 2>/dev/null");
}

/** Whether a process is there, and is no zombie. */
function is_alive(int $pid): bool
{
    $stat = @file_get_contents("/proc/$pid/stat");
    return $stat !== false && !in_array(substr($stat, strrpos($stat, ')') + 2, 1), ['Z', 'X'], true);
}

function wait_for(callable $condition, string|Closure $what): void
{
    $end = microtime(true) + PATIENCE;
    while (!$condition()) {
        if (microtime(true) > $end) {
            throw new RuntimeException('waited in vain for ' . (is_string($what) ? $what : $what()));
        }
        usleep(2000);
    }
}

/** Starts what $make makes. What follows in the test runs in the parent alone. */
function serve(callable $make): Served
{
    $file = tempnam(sys_get_temp_dir(), 'swoole-rs-');
    putenv("SWOOLE_NOTES=$file");
    [$ours, $theirs] = stream_socket_pair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0);
    $pid = pcntl_fork();
    if ($pid === 0) {
        fclose($ours);
        $server = $make();
        $start = $server->getCallback('Start');
        $server->on('Start', function (Swoole\Server $server) use ($start, $theirs) {
            if ($start !== null) {
                $start($server);
            }
            fwrite($theirs, json_encode([$server->host, $server->port]) . "\n");
        });
        $server->start();
        exit(0);
    }
    fclose($theirs);
    stream_set_timeout($ours, (int) PATIENCE);
    $ready = fgets($ours);
    if ($ready === false) {
        pcntl_waitpid($pid, $status);
        throw new RuntimeException('the server did not start');
    }
    return new Served($pid, ...[...json_decode($ready), $file]);
}
