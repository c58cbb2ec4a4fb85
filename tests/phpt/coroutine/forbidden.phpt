--TEST--
Row 65: pcntl_fork() and its kin are disabled inside of a coroutine, and work outside
--EXTENSIONS--
pcntl
--FILE--
<?php
function ask(): void
{
    $status = 'untouched';
    var_dump(pcntl_fork(), pcntl_wait($status), pcntl_waitpid(-1, $status), $status);
}
Co\run(function () {
    ask();
    (new Fiber('ask'))->start();
});
$pid = pcntl_fork();
if ($pid === 0) {
    exit(3);
}
var_dump(pcntl_waitpid($pid, $status) === $pid, pcntl_wexitstatus($status), pcntl_wait($status));
--EXPECTF--
Warning: pcntl_fork() has been disabled for security reasons in %s on line 5

Warning: pcntl_wait() has been disabled for security reasons in %s on line 5

Warning: pcntl_waitpid() has been disabled for security reasons in %s on line 5
NULL
NULL
NULL
string(9) "untouched"

Warning: pcntl_fork() has been disabled for security reasons in %s on line 5

Warning: pcntl_wait() has been disabled for security reasons in %s on line 5

Warning: pcntl_waitpid() has been disabled for security reasons in %s on line 5
NULL
NULL
NULL
string(9) "untouched"
bool(true)
int(3)
int(-1)
