--TEST--
swoole_set_process_name(), swoole_get_local_ip(), swoole_get_local_mac()
--FILE--
<?php
var_dump(swoole_set_process_name('named by a test'));
var_dump(str_starts_with(file_get_contents('/proc/self/cmdline'), 'named by a test'));
foreach (swoole_get_local_ip() as $interface => $address) {
    is_string($interface) && filter($address, 4) || print "$interface: $address\n";
}
foreach (swoole_get_local_ip(10) as $interface => $address) {
    is_string($interface) && filter($address, 16) || print "$interface: $address\n";
}
foreach (swoole_get_local_mac() as $interface => $address) {
    preg_match('/^([0-9A-F]{2}:){5}[0-9A-F]{2}$/', $address) || print "$interface: $address\n";
}
try {
    swoole_get_local_ip(7);
} catch (ValueError $error) {
    echo $error->getMessage(), "\n";
}

function filter(string $address, int $length): bool
{
    return strlen(inet_pton($address)) === $length;
}
?>
--EXPECTF--
bool(true)
bool(true)
swoole_get_local_ip(): Argument #1 ($family) must be 2 (AF_INET) or 10 (AF_INET6), got 7
