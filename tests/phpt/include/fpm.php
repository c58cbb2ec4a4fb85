<?php
/**
 * A script in PHP-FPM: one worker process, and requests to it.
 *
 *     $fpm = new Fpm('<?php echo $_SERVER["QUERY_STRING"];');
 *     echo $fpm->request('query');
 */
final class Fpm
{
    private string $folder;
    private $process;

    public function __construct(string $script)
    {
        $this->folder = sys_get_temp_dir() . '/swoole-fpm-' . getmypid();
        mkdir($this->folder);
        file_put_contents("$this->folder/script.php", $script);
        file_put_contents("$this->folder/fpm.conf", "[global]\nerror_log = $this->folder/log\ndaemonize = no\n[www]\nlisten = $this->folder/socket\n"
            . "pm = static\npm.max_children = 1\n");
        $arguments = preg_split('/\s+/', trim(str_replace('"', '', getenv('TEST_PHP_EXTRA_ARGS'))));
        $root = trim(shell_exec('id -u')) === '0' ? ['-R'] : [];
        $command = [self::binary(), ...$arguments, '-n', '-F', ...$root, '-y', "$this->folder/fpm.conf"];
        $this->process = proc_open($command, [['file', '/dev/null', 'r'], ['file', '/dev/null', 'w'], ['pipe', 'w']], $pipes);
        register_shutdown_function(function () {
            proc_terminate($this->process);
            proc_close($this->process);
            array_map('unlink', glob("$this->folder/*"));
            rmdir($this->folder);
        });
        // It says on its log when it takes connections.
        while (!str_contains(@file_get_contents("$this->folder/log") ?: '', 'ready to handle connections')) {
            proc_get_status($this->process)['running'] || exit("php-fpm has ended:\n" . stream_get_contents($pipes[2]));
            usleep(2000);
        }
    }

    public static function binary(): string
    {
        return '/usr/sbin/php-fpm' . PHP_MAJOR_VERSION . '.' . PHP_MINOR_VERSION;
    }

    /** What the script prints: a FastCGI request (records of version 1: begin 1, params 4, stdin 5; stdout 6, end 3). */
    public function request(string $query): string
    {
        $record = fn(int $type, string $content) => pack('CCnnCC', 1, $type, 1, strlen($content), 0, 0) . $content;
        $pairs = '';
        foreach (['REQUEST_METHOD' => 'GET', 'SCRIPT_FILENAME' => "$this->folder/script.php", 'QUERY_STRING' => $query] as $name => $value) {
            $pairs .= chr(strlen($name)) . chr(strlen($value)) . $name . $value;
        }
        $stream = stream_socket_client("unix://$this->folder/socket") ?: exit('no connection');
        fwrite($stream, $record(1, pack('nCx5', 1, 0)) . $record(4, $pairs) . $record(4, '') . $record(5, ''));
        $output = '';
        do {
            ['type' => $type, 'length' => $length, 'padding' => $padding] = unpack('Cversion/Ctype/nid/nlength/Cpadding', stream_get_contents($stream, 8));
            $content = $length + $padding > 0 ? substr(stream_get_contents($stream, $length + $padding), 0, $length) : '';
            $output .= $type === 6 ? $content : '';
        } while ($type !== 3);
        return trim(substr($output, strpos($output, "\r\n\r\n")));
    }
}
