<?php

namespace Swoole\Server;

/**
 * One address that a server listens on, made by Swoole\Server::listen(). Settings and callbacks that it has not got itself are the server's.
 *
 * @not-serializable
 */
class Port
{
    private $onConnect = null;
    private $onReceive = null;
    private $onClose = null;
    private $onPacket = null;
    private $onBufferFull = null;
    private $onBufferEmpty = null;
    private $onRequest = null;
    private $onHandshake = null;
    private $onOpen = null;
    private $onMessage = null;
    private $onDisconnect = null;
    private $onBeforeHandshakeResponse = null;
    /** The address, or the path of a Unix socket. */
    public $host = null;
    /** The port number that is bound, also when 0 was asked for; 0 for a Unix socket. */
    public $port = 0;
    /** The socket type, one of the SWOOLE_SOCK_* constants. */
    public $type = 0;
    /** The descriptor of the listening socket. */
    public $sock = -1;
    /** Whether the port speaks TLS. */
    public $ssl = false;
    /** What was given to set(); null before. */
    public $setting = null;
    /** The connections of this port, a Swoole\Connection\Iterator. */
    public $connections = null;

    private function __construct() {}

    public function __destruct() {}

    /**
     * Sets options of this port.
     *
     * @param array $settings option name => value, as in Swoole\Server::set()
     */
    public function set(array $settings): void {}

    /**
     * Registers a callback for an event of this port's connections.
     *
     * @param string $event_name Connect, Receive or Close, without regard to case
     * @param callable $callback gets the same arguments as the server's own callback for this event
     * @return bool false, with a warning, for an unknown event or what cannot be called
     */
    public function on(string $event_name, callable $callback): bool {}

    /**
     * The callback of this port for an event.
     *
     * @return \Closure|null null if there is none; what was registered, in the form in which it was registered
     */
    public function getCallback(string $event_name): ?\Closure {}
}
