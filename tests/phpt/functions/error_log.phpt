--TEST--
swoole_error_log and its kin: levels, codes, and errors that are not to be seen
--FILE--
<?php
swoole_error_log(SWOOLE_LOG_NOTICE, 'a notice');
swoole_error_log(SWOOLE_LOG_DEBUG, 'below the level of the log');
swoole_error_log(99, "no level \xff");
swoole_error_log_ex(SWOOLE_LOG_WARNING, 1005, 'gone');
var_dump(swoole_last_error());
swoole_ignore_error(SWOOLE_ERROR_SESSION_NOT_EXIST);
swoole_ignore_error(-1);
swoole_error_log_ex(SWOOLE_LOG_ERROR, SWOOLE_ERROR_SESSION_NOT_EXIST, 'not to be seen');
swoole_error_log_ex(SWOOLE_LOG_ERROR, SWOOLE_ERROR_SESSION_CLOSED, 'to be seen');
var_dump(swoole_last_error());
?>
--EXPECTF--
[%d-%d-%d %d:%d:%d %c%d.0]	NOTICE	a notice
[%d-%d-%d %d:%d:%d %c%d.0]	ERROR	no level %s
[%d-%d-%d %d:%d:%d %c%d.0]	WARNING	(ERRNO 1005): gone
int(1005)
[%d-%d-%d %d:%d:%d %c%d.0]	ERROR	(ERRNO 1004): to be seen
int(1004)
