--TEST--
Dispatch modes of a later version are refused, others are as good as 2 (rows 4 and 21)
--FILE--
<?php
foreach ([4, 5, '7', 10, 11, 99, -1, 'x'] as $mode) {
    $pid = pcntl_fork();
    if ($pid === 0) {
        $server = new Swoole\Server('127.0.0.1', 0, SWOOLE_PROCESS);
        $result = $server->set(['dispatch_mode' => $mode]);
        echo json_encode([$result, $server->setting['dispatch_mode']]), "\n";
        exit(0);
    }
    pcntl_waitpid($pid, $status);
    echo "$mode: status ", pcntl_wexitstatus($status), "\n\n";
}
?>
--EXPECTF--

Fatal error: Swoole\Server::set(): dispatch_mode 4 belongs to a later version; this one has the modes 1, 2 and 3 in %s on line %d
4: status 255


Fatal error: Swoole\Server::set(): dispatch_mode 5 belongs to a later version; this one has the modes 1, 2 and 3 in %s on line %d
5: status 255


Fatal error: Swoole\Server::set(): dispatch_mode '7' belongs to a later version; this one has the modes 1, 2 and 3 in %s on line %d
7: status 255


Fatal error: Swoole\Server::set(): dispatch_mode 10 belongs to a later version; this one has the modes 1, 2 and 3 in %s on line %d
10: status 255

[%s]	WARNING	Swoole\Server::set(): dispatch_mode must be 1, 2 or 3, got 11; 2 is used
[true,11]
11: status 0

[%s]	WARNING	Swoole\Server::set(): dispatch_mode must be 1, 2 or 3, got 99; 2 is used
[true,99]
99: status 0

[%s]	WARNING	Swoole\Server::set(): dispatch_mode must be 1, 2 or 3, got -1; 2 is used
[true,-1]
-1: status 0

[true,"x"]
x: status 0
