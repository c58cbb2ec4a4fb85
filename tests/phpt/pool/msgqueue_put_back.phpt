--TEST--
Process\Pool: a message that an idle worker has taken, and that dies in a timer before it looks at it, is its successor's (row 77)
--FILE--
<?php
require __DIR__ . '/pool.inc';
$file = tempnam(sys_get_temp_dir(), 'pool');
const KEY = 0x5377525;
function queue(): Swoole\Process
{
    $process = new Swoole\Process(fn() => 1);
    $process->useQueue(KEY);
    return $process;
}
$pool = pool(function () use ($file) {
    ini_set('display_errors', '0');
    fclose(STDOUT);
    $GLOBALS['stdout'] = fopen('/dev/null', 'a');
    $pool = new Swoole\Process\Pool(1, SWOOLE_IPC_MSGQUEUE, KEY);
    $pool->on('WorkerStart', function () use ($file) {
        if (file_get_contents($file) === '') {
            file_put_contents($file, 'begun');
            // By then it waits for a message.
            Swoole\Timer::after(50, function () {
                $queue = queue();
                $queue->push('precious');
                wait_for(fn() => $queue->statQueue()['queue_num'] === 0, 'the message to be taken');
                trigger_error('on purpose', E_USER_ERROR);
            });
        }
    });
    $pool->on('Message', fn($pool, $data) => note("got $data"));
    return $pool;
});
$pool->await('/^got/');
echo 'status ', $pool->stop(), "\n", $pool->notes();
queue()->freeQueue();
unlink($file);
?>
--EXPECT--
status 0
got precious
start() null
