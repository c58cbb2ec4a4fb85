--TEST--
A Coroutine\Lock between processes: an error handler that makes the notice of a dead holder an exception leaves it to the others
--EXTENSIONS--
pcntl
posix
--FILE--
<?php
set_error_handler(fn(int $level, string $text) => throw new ErrorException($text, 0, $level));
$lock = new Swoole\Coroutine\Lock(true);
[$ours, $theirs] = stream_socket_pair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0);
if (($holder = pcntl_fork()) === 0) {
    Co\run(function () use ($lock, $theirs) {
        $lock->lock();
        fwrite($theirs, 'x');
        fread($theirs, 1);
    });
}
fread($ours, 1);
Co\run(function () use ($lock, $holder) {
    go(function () use ($lock) {
        try {
            $lock->lock();
        } catch (ErrorException $error) {
            echo strstr($error->getMessage(), ' has', true), "\n";
        }
    });
    foreach ([1, 2] as $number) {
        go(function () use ($lock, $number) {
            var_dump($lock->lock());
            echo "$number has it\n";
            var_dump($lock->unlock());
        });
    }
    posix_kill($holder, SIGKILL);
});
?>
--EXPECT--
Swoole\Coroutine\Lock::lock(): the process that held the lock
bool(true)
1 has it
bool(true)
bool(true)
2 has it
bool(true)
