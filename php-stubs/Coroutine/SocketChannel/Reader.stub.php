<?php

namespace Swoole\Coroutine\SocketChannel;

/**
 * What reads answers from a channel's connection: given to the callables `$answer`, `response` and `auth`, and of use only in their coroutine
 * and while they run.
 *
 * @not-serializable
 */
final class Reader
{
    private function __construct() {}

    /**
     * Exactly so many bytes, waiting for those that are not there yet.
     *
     * @throws Exception the connection broke, or the time is over
     * @throws \ValueError $length is negative
     */
    public function read(int $length): string {}

    /**
     * The bytes up to a separator, which is taken away, waiting for those that are not there yet. A line has 64 MiB at most.
     *
     * @throws Exception the connection broke, or the time is over
     * @throws \ValueError $separator is empty
     */
    public function readLine(string $separator = "\r\n"): string {}

    /**
     * Sends on the bare connection: in `auth` only, everywhere else request() sends.
     *
     * @throws Exception the connection broke, or the time is over
     */
    public function write(string $data): void {}
}

class_alias(Reader::class, 'co\socketchannel\reader');
