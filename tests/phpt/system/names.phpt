--TEST--
gethostbyname, dnsLookup, getaddrinfo, their function and the cache
--FILE--
<?php
use Swoole\Coroutine\System;

var_dump(swoole_async_set(['dns_cache_refresh_time' => 5, 'dns_lookup_random' => true, 'thread_num' => 2]));
Co\run(function () {
    echo "-- addresses and names of this machine\n";
    var_dump(System::gethostbyname('localhost'), System::gethostbyname('127.0.0.1'), System::gethostbyname('::1', AF_INET6));
    var_dump(System::dnsLookup('localhost', 1), Co::dnsLookup('127.0.0.1'), swoole_async_dns_lookup_coro('localhost'));
    var_dump(System::gethostbyname('LOCALHOST', AF_INET, 0.5));
    swoole_clear_dns_cache();
    var_dump(System::gethostbyname('localhost'));

    echo "-- lists\n";
    var_dump(System::getaddrinfo('127.0.0.1'), System::getaddrinfo('localhost', AF_INET, SOCK_DGRAM, 17, '53'), Co::getaddrinfo('::1', AF_INET6));

    echo "-- not known\n";
    foreach (['::1', "local\0host", '999.1.1.1'] as $name) {
        var_dump(System::gethostbyname($name), swoole_last_error());
    }
    var_dump(System::getaddrinfo('127.0.0.1', service: 'no-such-service'), swoole_last_error());

    echo "-- refused\n";
    var_dump(System::gethostbyname(''), System::dnsLookup('localhost', 1, 99), System::getaddrinfo(''), System::getaddrinfo('localhost', 99));
    var_dump(swoole_async_set([]));
});
?>
--EXPECTF--
bool(true)
-- addresses and names of this machine
string(9) "127.0.0.1"
string(9) "127.0.0.1"
string(3) "::1"
string(9) "127.0.0.1"
string(9) "127.0.0.1"
string(9) "127.0.0.1"
string(9) "127.0.0.1"
string(9) "127.0.0.1"
-- lists
array(1) {
  [0]=>
  string(9) "127.0.0.1"
}
array(1) {
  [0]=>
  string(9) "127.0.0.1"
}
array(1) {
  [0]=>
  string(3) "::1"
}
-- not known
bool(false)
int(711)
bool(false)
int(711)
bool(false)
int(711)
bool(false)
int(711)
-- refused

Warning: Swoole\Coroutine\System::gethostbyname(): the domain name is empty in %s on line %d

Warning: Swoole\Coroutine\System::dnsLookup(): the type must be AF_INET or AF_INET6 in %s on line %d

Warning: Swoole\Coroutine\System::getaddrinfo(): the domain is empty in %s on line %d

Warning: Swoole\Coroutine\System::getaddrinfo(): the family must be AF_INET or AF_INET6 in %s on line %d
bool(false)
bool(false)
bool(false)
bool(false)

Warning: swoole_async_set(): the event loop runs already: its settings cannot be changed any more in %s on line %d
bool(false)
