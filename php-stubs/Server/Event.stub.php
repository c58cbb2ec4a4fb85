<?php

namespace Swoole\Server;

/** What Connect, Receive and Close callbacks get as second argument with the option `event_object`. */
class Event
{
    /** The reactor thread (BASE: the worker) that owns the connection; -1 in Close when the server closed it. */
    public $reactor_id = 0;
    /** The connection's session id. */
    public $fd = 0;
    /** When the event was handed to the worker: seconds since 1970, a float. */
    public $dispatch_time = 0.0;
    /** The data that was received; null for Connect and Close. */
    public $data = null;
}
