--TEST--
A Coroutine\Lock between processes: who waits for it does not hold up its process, and a holder that dies does not keep it
--EXTENSIONS--
pcntl
posix
--FILE--
<?php
use Swoole\Coroutine;
use Swoole\Coroutine\Lock;

$lock = new Lock(true);
$count = new Swoole\Table(64);
$count->column('n', Swoole\Table::TYPE_INT);
$count->create();
$count->set('sum', ['n' => 0]);

$children = [];
for ($i = 0; $i < 3; $i++) {
    if (($children[] = pcntl_fork()) === 0) {
        Co\run(function () use ($lock, $count) {
            for ($c = 0; $c < 4; $c++) {
                go(function () use ($lock, $count) {
                    for ($n = 0; $n < 25; $n++) {
                        $lock->lock();
                        $lock->lock(); // again, by its holder
                        $sum = $count->get('sum', 'n');
                        Coroutine::sleep(0.001);
                        $count->set('sum', ['n' => $sum + 1]);
                        $lock->unlock();
                        $lock->unlock();
                    }
                });
            }
        });
        posix_kill(getmypid(), SIGKILL);
    }
}
array_map(fn($pid) => pcntl_waitpid($pid, $status), $children);
var_dump($count->get('sum', 'n'));

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
    var_dump($lock->lock(LOCK_EX | LOCK_NB), $lock->errCode, $lock->unlock());
    $waiting = go(fn() => var_dump($lock->lock(), $lock->errCode === SWOOLE_ERROR_CO_CANCELED));
    Coroutine::sleep(0.01);
    echo "the process goes on\n";
    Coroutine::cancel($waiting);
    posix_kill($holder, SIGKILL);
    var_dump($lock->lock(), $lock->unlock());
});
?>
--EXPECTF--
int(300)
bool(false)
int(16)
bool(false)
the process goes on
bool(false)
bool(true)

Notice: Swoole\Coroutine\Lock::lock(): the process that held the lock has ended without unlock(): what it guards may be half done in %s on line %d
bool(true)
bool(true)
