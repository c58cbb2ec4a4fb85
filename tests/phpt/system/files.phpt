--TEST--
Row 68: readFile, writeFile, statvfs
--FILE--
<?php
use Swoole\Coroutine\System;

$file = tempnam(sys_get_temp_dir(), 'swoole-rs-');
Co\run(function () use ($file) {
    echo "-- write and read\n";
    var_dump(System::writeFile($file, 'a longer text'), System::writeFile($file, 'short'), System::readFile($file));
    var_dump(Co::writeFile($file, ', more', FILE_APPEND), Co::readFile($file), System::writeFile($file, 'locked', LOCK_EX), System::readFile($file, LOCK_EX));
    $large = random_bytes(3000000);
    var_dump(System::writeFile($file, $large), System::readFile($file) === $large, System::writeFile($file, ''), System::readFile($file));

    echo "-- missing, a folder, an impossible name\n";
    foreach (["$file/missing", "$file-missing", sys_get_temp_dir(), "a\0b", ''] as $name) {
        var_dump(System::readFile($name), swoole_last_error());
    }
    var_dump(System::writeFile("$file-missing/file", 'x'), swoole_last_error());

    echo "-- the file system\n";
    $numbers = System::statvfs('/');
    echo implode(' ', array_keys($numbers)), "\n";
    var_dump($numbers['bsize'] > 0, $numbers['blocks'] >= $numbers['bfree']);
    var_dump(Co::statvfs("$file/missing"), swoole_last_error());

    echo "-- many at a time, beside others\n";
    $ticks = 0;
    $ticker = Swoole\Timer::tick(1, function () use (&$ticks) {
        $ticks++;
    });
    $read = Swoole\Coroutine\batch(array_map(fn($i) => function () use ($file, $i) {
        System::writeFile("$file-$i", str_repeat("$i", 100000));
        return strlen(System::readFile("$file-$i")) + 0 * unlink("$file-$i");
    }, range(10, 59)));
    Swoole\Timer::clear($ticker);
    var_dump(array_unique($read), $ticks > 0);
});
unlink($file);
?>
--EXPECTF--
-- write and read
int(13)
int(5)
string(5) "short"
int(6)
string(11) "short, more"
int(6)
string(6) "locked"
int(3000000)
bool(true)
int(0)
string(0) ""
-- missing, a folder, an impossible name
[%s]%cWARNING%creadFile() (ERRNO 20): %s/missing cannot be opened, Error: Not a directory[20]
bool(false)
int(20)
[%s]%cWARNING%creadFile() (ERRNO 2): %s-missing cannot be opened, Error: No such file or directory[2]
bool(false)
int(2)
[%s]%cWARNING%creadFile() (ERRNO 21): %s cannot be opened, Error: Is a directory[21]
bool(false)
int(21)
[%s]%cWARNING%creadFile() (ERRNO 22): a%0b cannot be opened, Error: Invalid argument[22]
bool(false)
int(22)
[%s]%cWARNING%creadFile() (ERRNO 2):  cannot be opened, Error: No such file or directory[2]
bool(false)
int(2)
[%s]%cWARNING%cwriteFile() (ERRNO 2): %s-missing/file cannot be opened, Error: No such file or directory[2]
bool(false)
int(2)
-- the file system
bsize frsize blocks bfree bavail files ffree favail fsid flag namemax
bool(true)
bool(true)
[%s]%cWARNING%cstatvfs() (ERRNO 20): %s/missing cannot be opened, Error: Not a directory[20]
array(0) {
}
int(20)
-- many at a time, beside others
array(1) {
  [0]=>
  int(200000)
}
bool(true)
