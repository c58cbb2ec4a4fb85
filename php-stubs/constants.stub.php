<?php

/**
 * Global constants. The docblock of a SWOOLE_ERROR_* constant is the text that swoole_strerror() gives for it.
 */

/** The level of Swoole's API that this extension follows. */
const SWOOLE_VERSION = '6.2.2';
/** The same as a number that can be compared: major times 10000, minor times 100, release. */
const SWOOLE_VERSION_ID = 60202;
/** Its first part. */
const SWOOLE_MAJOR_VERSION = 6;
/** Its second part. */
const SWOOLE_MINOR_VERSION = 2;
/** Its third part. */
const SWOOLE_RELEASE_VERSION = 2;
/** What follows the numbers, such as "-dev": nothing. */
const SWOOLE_EXTRA_VERSION = '';
/** The version of this extension itself. */
const SWOOLE_RS_VERSION = '0.1.0';

/** Server mode: every worker accepts, reads and writes for itself. */
const SWOOLE_BASE = 1;
/** Server mode: reactor threads own the connections, worker processes run the callbacks. */
const SWOOLE_PROCESS = 2;

/** Type of a lock: one holder. */
const SWOOLE_MUTEX = 3;
/** Type of a lock: many readers or one writer. */
const SWOOLE_RWLOCK = 1;
/** Type of a lock: one holder, and the others spin before they sleep. */
const SWOOLE_SPINLOCK = 5;

/** TCP over IPv4. */
const SWOOLE_SOCK_TCP = 1;
/** UDP over IPv4. */
const SWOOLE_SOCK_UDP = 2;
/** TCP over IPv6. */
const SWOOLE_SOCK_TCP6 = 3;
/** UDP over IPv6. */
const SWOOLE_SOCK_UDP6 = 4;
/** Unix stream socket. */
const SWOOLE_SOCK_UNIX_STREAM = 5;
/** Unix datagram socket. */
const SWOOLE_SOCK_UNIX_DGRAM = 6;
/** Raw IPv4 socket. */
const SWOOLE_SOCK_RAW = 7;
/** Raw IPv6 socket. */
const SWOOLE_SOCK_RAW6 = 8;
/** Short for SWOOLE_SOCK_TCP. */
const SWOOLE_TCP = 1;
/** Short for SWOOLE_SOCK_UDP. */
const SWOOLE_UDP = 2;
/** Short for SWOOLE_SOCK_TCP6. */
const SWOOLE_TCP6 = 3;
/** Short for SWOOLE_SOCK_UDP6. */
const SWOOLE_UDP6 = 4;
/** Short for SWOOLE_SOCK_UNIX_STREAM. */
const SWOOLE_UNIX_STREAM = 5;
/** Short for SWOOLE_SOCK_UNIX_DGRAM. */
const SWOOLE_UNIX_DGRAM = 6;
/** Short for SWOOLE_SOCK_RAW. */
const SWOOLE_RAW = 7;
/** Short for SWOOLE_SOCK_RAW6. */
const SWOOLE_RAW6 = 8;
/** Second argument of a client: calls wait for their result. */
const SWOOLE_SOCK_SYNC = false;
/** Second argument of a client of old: no longer supported. */
const SWOOLE_SOCK_ASYNC = true;
/** Flag beside a socket type: TLS. */
const SWOOLE_SSL = 512;
/** `ssl_protocols`: SSL 2, which there is none of. */
const SWOOLE_SSL_SSLv2 = 2;
/** `ssl_protocols`: TLS 1.0, which there is none of. */
const SWOOLE_SSL_TLSv1 = 8;
/** `ssl_protocols`: TLS 1.1, which there is none of. */
const SWOOLE_SSL_TLSv1_1 = 16;
/** `ssl_protocols`: TLS 1.2. */
const SWOOLE_SSL_TLSv1_2 = 32;
/** `ssl_protocols`: TLS 1.3. */
const SWOOLE_SSL_TLSv1_3 = 64;
/** `ssl_protocols`: TLS over datagrams, which there is none of. */
const SWOOLE_SSL_DTLS = 128;
/** `ssl_method`, which is taken and without effect: see `ssl_protocols`. */
const SWOOLE_SSLv23_METHOD = 0;
/** `ssl_method`, which is taken and without effect: see `ssl_protocols`. */
const SWOOLE_SSLv23_CLIENT_METHOD = 5;
/** `ssl_method`, which is taken and without effect: see `ssl_protocols`. */
const SWOOLE_SSLv23_SERVER_METHOD = 4;
/** `ssl_method`, which is taken and without effect: see `ssl_protocols`. */
const SWOOLE_SSLv3_METHOD = 1;
/** `ssl_method`, which is taken and without effect: see `ssl_protocols`. */
const SWOOLE_SSLv3_CLIENT_METHOD = 3;
/** `ssl_method`, which is taken and without effect: see `ssl_protocols`. */
const SWOOLE_SSLv3_SERVER_METHOD = 2;
/** `ssl_method`, which is taken and without effect: see `ssl_protocols`. */
const SWOOLE_TLS_METHOD = 0;
/** `ssl_method`, which is taken and without effect: see `ssl_protocols`. */
const SWOOLE_TLS_CLIENT_METHOD = 5;
/** `ssl_method`, which is taken and without effect: see `ssl_protocols`. */
const SWOOLE_TLS_SERVER_METHOD = 4;
/** `ssl_method`, which is taken and without effect: see `ssl_protocols`. */
const SWOOLE_TLSv1_METHOD = 6;
/** `ssl_method`, which is taken and without effect: see `ssl_protocols`. */
const SWOOLE_TLSv1_CLIENT_METHOD = 8;
/** `ssl_method`, which is taken and without effect: see `ssl_protocols`. */
const SWOOLE_TLSv1_SERVER_METHOD = 7;
/** `ssl_method`, which is taken and without effect: see `ssl_protocols`. */
const SWOOLE_TLSv1_1_METHOD = 9;
/** `ssl_method`, which is taken and without effect: see `ssl_protocols`. */
const SWOOLE_TLSv1_1_CLIENT_METHOD = 11;
/** `ssl_method`, which is taken and without effect: see `ssl_protocols`. */
const SWOOLE_TLSv1_1_SERVER_METHOD = 10;
/** `ssl_method`, which is taken and without effect: see `ssl_protocols`. */
const SWOOLE_TLSv1_2_METHOD = 12;
/** `ssl_method`, which is taken and without effect: see `ssl_protocols`. */
const SWOOLE_TLSv1_2_CLIENT_METHOD = 14;
/** `ssl_method`, which is taken and without effect: see `ssl_protocols`. */
const SWOOLE_TLSv1_2_SERVER_METHOD = 13;
/** `ssl_method`, which is taken and without effect: see `ssl_protocols`. */
const SWOOLE_DTLS_CLIENT_METHOD = 15;
/** `ssl_method`, which is taken and without effect: see `ssl_protocols`. */
const SWOOLE_DTLS_SERVER_METHOD = 16;
/** errno of a wait that was cancelled, or whose socket was closed meanwhile. */
const SOCKET_ECANCELED = 125;
/** Flag beside a socket type: accepted and without effect. */
const SWOOLE_ASYNC = 1024;
/** Flag beside a socket type: calls wait for their result. */
const SWOOLE_SYNC = 2048;
/** Flag beside a socket type: the connection is kept and used again by a later client of the same id. */
const SWOOLE_KEEP = 4096;

/** Log level: everything. */
const SWOOLE_LOG_DEBUG = 0;
/** Log level: what happens inside, step by step. */
const SWOOLE_LOG_TRACE = 1;
/** Log level: what an operator may want to know. The default. */
const SWOOLE_LOG_INFO = 2;
/** Log level: unusual, and no harm done. */
const SWOOLE_LOG_NOTICE = 3;
/** Log level: something went wrong and was dealt with. */
const SWOOLE_LOG_WARNING = 4;
/** Log level: something failed. */
const SWOOLE_LOG_ERROR = 5;
/** Log level: nothing. */
const SWOOLE_LOG_NONE = 6;
/** Log file: one file. */
const SWOOLE_LOG_ROTATION_SINGLE = 0;
/** Log file: one a month. */
const SWOOLE_LOG_ROTATION_MONTHLY = 1;
/** Log file: one a day. */
const SWOOLE_LOG_ROTATION_DAILY = 2;
/** Log file: one an hour. */
const SWOOLE_LOG_ROTATION_HOURLY = 3;
/** Log file: one a minute. */
const SWOOLE_LOG_ROTATION_EVERY_MINUTE = 4;

/** Dispatch: each message to the next worker in turn. */
const SWOOLE_DISPATCH_ROUND = 1;
/** Dispatch: by connection, so that one worker sees all of its messages. The default. */
const SWOOLE_DISPATCH_FDMOD = 2;
/** Dispatch: to a worker that is idle. */
const SWOOLE_DISPATCH_IDLE_WORKER = 3;
/** Dispatch: by the peer's address. */
const SWOOLE_DISPATCH_IPMOD = 4;
/** Dispatch: by the number given with bind(). */
const SWOOLE_DISPATCH_UIDMOD = 5;
/** Dispatch: by a function of the program. */
const SWOOLE_DISPATCH_USERFUNC = 6;
/** Dispatch: workers take connections from a stream socket. */
const SWOOLE_DISPATCH_STREAM = 7;
/** Dispatch: by connection, to the worker with the fewest coroutines. */
const SWOOLE_DISPATCH_CO_CONN_LB = 8;
/** Dispatch: by request, to the worker with the fewest coroutines. */
const SWOOLE_DISPATCH_CO_REQ_LB = 9;
/** Dispatch: to the worker with the fewest messages in hand. */
const SWOOLE_DISPATCH_CONCURRENT_LB = 10;
/** Result of a dispatch function: drop the packet. */
const SWOOLE_DISPATCH_RESULT_DISCARD_PACKET = -1;
/** Result of a dispatch function: close the connection. */
const SWOOLE_DISPATCH_RESULT_CLOSE_CONNECTION = -2;
/** Result of a dispatch function: dispatch by connection. */
const SWOOLE_DISPATCH_RESULT_USERFUNC_FALLBACK = -3;

/** getWorkerStatus(): the worker is in a callback. */
const SWOOLE_WORKER_BUSY = 1;
/** getWorkerStatus(): the worker waits for work. */
const SWOOLE_WORKER_IDLE = 2;
/** getWorkerStatus(): the worker is about to end. */
const SWOOLE_WORKER_EXIT = 3;

/** Event: the descriptor can be read. */
const SWOOLE_EVENT_READ = 512;
/** Event: the descriptor can be written. */
const SWOOLE_EVENT_WRITE = 1024;

/** swoole_strerror(): errno of the system. */
const SWOOLE_STRERROR_SYSTEM = 0;
/** swoole_strerror(): error of getaddrinfo. */
const SWOOLE_STRERROR_GAI = 1;
/** swoole_strerror(): error of the resolver (h_errno). */
const SWOOLE_STRERROR_DNS = 2;
/** swoole_strerror(): one of the SWOOLE_ERROR_* codes. */
const SWOOLE_STRERROR_SWOOLE = 9;

/** There is not enough memory. */
const SWOOLE_ERROR_MALLOC_FAIL = 501;
/** A system call failed. */
const SWOOLE_ERROR_SYSTEM_CALL_FAIL = 502;
/** The call is not possible in this state of the program. */
const SWOOLE_ERROR_PHP_FATAL_ERROR = 503;
/** The name is too long. */
const SWOOLE_ERROR_NAME_TOO_LONG = 504;
/** A parameter is out of its range. */
const SWOOLE_ERROR_INVALID_PARAMS = 505;
/** The queue is full. */
const SWOOLE_ERROR_QUEUE_FULL = 506;
/** This operation is not supported. */
const SWOOLE_ERROR_OPERATION_NOT_SUPPORT = 507;
/** The peer does not keep to the protocol. */
const SWOOLE_ERROR_PROTOCOL_ERROR = 508;
/** This operation is not allowed here. */
const SWOOLE_ERROR_WRONG_OPERATION = 509;
/** The call was refused with a notice. */
const SWOOLE_ERROR_PHP_RUNTIME_NOTICE = 510;
/** An error made for a test. */
const SWOOLE_ERROR_FOR_TEST = 511;
/** There is no data to send. */
const SWOOLE_ERROR_NO_PAYLOAD = 550;
/** The behaviour of this call is not defined. */
const SWOOLE_ERROR_UNDEFINED_BEHAVIOR = 600;
/** This call is not safe between threads. */
const SWOOLE_ERROR_NOT_THREAD_SAFETY = 601;
/** The file does not exist. */
const SWOOLE_ERROR_FILE_NOT_EXIST = 700;
/** The file is too large. */
const SWOOLE_ERROR_FILE_TOO_LARGE = 701;
/** The file is empty. */
const SWOOLE_ERROR_FILE_EMPTY = 702;
/** The directory does not exist. */
const SWOOLE_ERROR_DIR_NOT_EXIST = 703;
/** The same name is being resolved already. */
const SWOOLE_ERROR_DNSLOOKUP_DUPLICATE_REQUEST = 710;
/** The name cannot be resolved. */
const SWOOLE_ERROR_DNSLOOKUP_RESOLVE_FAILED = 711;
/** Resolving the name took too long. */
const SWOOLE_ERROR_DNSLOOKUP_RESOLVE_TIMEOUT = 712;
/** This kind of name cannot be resolved. */
const SWOOLE_ERROR_DNSLOOKUP_UNSUPPORTED = 713;
/** There is no name server. */
const SWOOLE_ERROR_DNSLOOKUP_NO_SERVER = 714;
/** This is not an IPv6 address. */
const SWOOLE_ERROR_BAD_IPV6_ADDRESS = 720;
/** A signal arrived that nobody handles. */
const SWOOLE_ERROR_UNREGISTERED_SIGNAL = 721;
/** This is not an address of a host. */
const SWOOLE_ERROR_BAD_HOST_ADDR = 722;
/** This is not a port number. */
const SWOOLE_ERROR_BAD_PORT = 723;
/** This is not a socket type. */
const SWOOLE_ERROR_BAD_SOCKET_TYPE = 724;
/** The descriptor cannot be removed from the event loop. */
const SWOOLE_ERROR_EVENT_REMOVE_FAILED = 800;
/** The descriptor cannot be added to the event loop. */
const SWOOLE_ERROR_EVENT_ADD_FAILED = 801;
/** The events of the descriptor cannot be changed. */
const SWOOLE_ERROR_EVENT_UPDATE_FAILED = 802;
/** The event loop reported something unknown. */
const SWOOLE_ERROR_EVENT_UNKNOWN_DATA = 803;
/** The server has closed the connection. */
const SWOOLE_ERROR_SESSION_CLOSED_BY_SERVER = 1001;
/** The client has closed the connection. */
const SWOOLE_ERROR_SESSION_CLOSED_BY_CLIENT = 1002;
/** The connection is being closed. */
const SWOOLE_ERROR_SESSION_CLOSING = 1003;
/** The connection is closed. */
const SWOOLE_ERROR_SESSION_CLOSED = 1004;
/** There is no such connection, or it has gone. */
const SWOOLE_ERROR_SESSION_NOT_EXIST = 1005;
/** This is not the id of a connection. */
const SWOOLE_ERROR_SESSION_INVALID_ID = 1006;
/** Data for a connection that is gone was dropped. */
const SWOOLE_ERROR_SESSION_DISCARD_TIMEOUT_DATA = 1007;
/** Data of a connection was dropped. */
const SWOOLE_ERROR_SESSION_DISCARD_DATA = 1008;
/** Too much data waits for a peer that reads too slowly. */
const SWOOLE_ERROR_OUTPUT_BUFFER_OVERFLOW = 1009;
/** The sender has to wait until the peer has read. */
const SWOOLE_ERROR_OUTPUT_SEND_YIELD = 1010;
/** The TLS handshake has not finished. */
const SWOOLE_ERROR_SSL_NOT_READY = 1011;
/** A file cannot be sent in this way over TLS. */
const SWOOLE_ERROR_SSL_CANNOT_USE_SENFILE = 1012;
/** The peer showed no certificate. */
const SWOOLE_ERROR_SSL_EMPTY_PEER_CERTIFICATE = 1013;
/** The certificate of the peer is not trusted. */
const SWOOLE_ERROR_SSL_VERIFY_FAILED = 1014;
/** The client does not speak TLS. */
const SWOOLE_ERROR_SSL_BAD_CLIENT = 1015;
/** The peer breaks the rules of TLS. */
const SWOOLE_ERROR_SSL_BAD_PROTOCOL = 1016;
/** The peer broke off the TLS connection. */
const SWOOLE_ERROR_SSL_RESET = 1017;
/** The TLS handshake failed. */
const SWOOLE_ERROR_SSL_HANDSHAKE_FAILED = 1018;
/** The TLS settings cannot be used. */
const SWOOLE_ERROR_SSL_CREATE_CONTEXT_FAILED = 1019;
/** A TLS session cannot be made. */
const SWOOLE_ERROR_SSL_CREATE_SESSION_FAILED = 1020;
/** The package is longer than package_max_length. */
const SWOOLE_ERROR_PACKAGE_LENGTH_TOO_LARGE = 1201;
/** The length of the package cannot be read. */
const SWOOLE_ERROR_PACKAGE_LENGTH_NOT_FOUND = 1202;
/** The data is longer than buffer_output_size. */
const SWOOLE_ERROR_DATA_LENGTH_TOO_LARGE = 1203;
/** The package is malformed. */
const SWOOLE_ERROR_PACKAGE_MALFORMED_DATA = 1204;
/** The task is too large. */
const SWOOLE_ERROR_TASK_PACKAGE_TOO_BIG = 2001;
/** The task cannot be handed to a task worker. */
const SWOOLE_ERROR_TASK_DISPATCH_FAIL = 2002;
/** The task took too long. */
const SWOOLE_ERROR_TASK_TIMEOUT = 2003;
/** The HTTP/2 stream id is too large. */
const SWOOLE_ERROR_HTTP2_STREAM_ID_TOO_BIG = 3001;
/** The HTTP/2 stream has no headers. */
const SWOOLE_ERROR_HTTP2_STREAM_NO_HEADER = 3002;
/** There is no such HTTP/2 stream. */
const SWOOLE_ERROR_HTTP2_STREAM_NOT_FOUND = 3003;
/** The HTTP/2 stream is ignored. */
const SWOOLE_ERROR_HTTP2_STREAM_IGNORE = 3004;
/** An HTTP/2 control frame cannot be sent. */
const SWOOLE_ERROR_HTTP2_SEND_CONTROL_FRAME_FAILED = 3005;
/** An internal error of HTTP/2. */
const SWOOLE_ERROR_HTTP2_INTERNAL_ERROR = 3006;
/** This is not a request for a file operation. */
const SWOOLE_ERROR_AIO_BAD_REQUEST = 4001;
/** The file operation was cancelled. */
const SWOOLE_ERROR_AIO_CANCELED = 4002;
/** The file operation took too long. */
const SWOOLE_ERROR_AIO_TIMEOUT = 4003;
/** The client is not connected to a server. */
const SWOOLE_ERROR_CLIENT_NO_CONNECTION = 5001;
/** The socket is closed. */
const SWOOLE_ERROR_SOCKET_CLOSED = 6001;
/** Waiting for the socket took too long. */
const SWOOLE_ERROR_SOCKET_POLL_TIMEOUT = 6002;
/** There is no such socket. */
const SWOOLE_ERROR_SOCKET_NOT_EXISTS = 6003;
/** The proxy speaks another version of SOCKS. */
const SWOOLE_ERROR_SOCKS5_UNSUPPORT_VERSION = 7001;
/** The proxy wants a login of an unknown kind. */
const SWOOLE_ERROR_SOCKS5_UNSUPPORT_METHOD = 7002;
/** The proxy refused the login. */
const SWOOLE_ERROR_SOCKS5_AUTH_FAILED = 7003;
/** The proxy reported an error. */
const SWOOLE_ERROR_SOCKS5_SERVER_ERROR = 7004;
/** The handshake with the proxy failed. */
const SWOOLE_ERROR_SOCKS5_HANDSHAKE_FAILED = 7005;
/** The proxy cannot reach the server. */
const SWOOLE_ERROR_SOCKS5_CONNECT_FAILED = 7006;
/** The HTTP proxy does not keep to the protocol. */
const SWOOLE_ERROR_HTTP_PROXY_HANDSHAKE_ERROR = 7101;
/** This is not HTTP. */
const SWOOLE_ERROR_HTTP_INVALID_PROTOCOL = 7102;
/** The handshake with the HTTP proxy failed. */
const SWOOLE_ERROR_HTTP_PROXY_HANDSHAKE_FAILED = 7103;
/** The HTTP proxy answered with an error. */
const SWOOLE_ERROR_HTTP_PROXY_BAD_RESPONSE = 7104;
/** Two HTTP headers contradict each other. */
const SWOOLE_ERROR_HTTP_CONFLICT_HEADER = 7105;
/** The HTTP response has been sent already. */
const SWOOLE_ERROR_HTTP_CONTEXT_UNAVAILABLE = 7106;
/** The HTTP cookie cannot be used. */
const SWOOLE_ERROR_HTTP_COOKIE_UNAVAILABLE = 7107;
/** The client does not speak WebSocket. */
const SWOOLE_ERROR_WEBSOCKET_BAD_CLIENT = 8501;
/** The WebSocket frame has an unknown opcode. */
const SWOOLE_ERROR_WEBSOCKET_BAD_OPCODE = 8502;
/** The WebSocket is not connected. */
const SWOOLE_ERROR_WEBSOCKET_UNCONNECTED = 8503;
/** The WebSocket handshake failed. */
const SWOOLE_ERROR_WEBSOCKET_HANDSHAKE_FAILED = 8504;
/** The WebSocket frame cannot be made. */
const SWOOLE_ERROR_WEBSOCKET_PACK_FAILED = 8505;
/** The WebSocket frame cannot be read. */
const SWOOLE_ERROR_WEBSOCKET_UNPACK_FAILED = 8506;
/** The WebSocket frame is not complete. */
const SWOOLE_ERROR_WEBSOCKET_INCOMPLETE_PACKET = 8507;
/** The server must be made before the client. */
const SWOOLE_ERROR_SERVER_MUST_CREATED_BEFORE_CLIENT = 9001;
/** There are too many open sockets. */
const SWOOLE_ERROR_SERVER_TOO_MANY_SOCKET = 9002;
/** The worker has ended. */
const SWOOLE_ERROR_SERVER_WORKER_TERMINATED = 9003;
/** The port to listen on must be 0..65535. */
const SWOOLE_ERROR_SERVER_INVALID_LISTEN_PORT = 9004;
/** The server listens on too many ports. */
const SWOOLE_ERROR_SERVER_TOO_MANY_LISTEN_PORT = 9005;
/** The channel to the worker is full. */
const SWOOLE_ERROR_SERVER_PIPE_BUFFER_FULL = 9006;
/** No worker is idle. */
const SWOOLE_ERROR_SERVER_NO_IDLE_WORKER = 9007;
/** Only one server can run in a process. */
const SWOOLE_ERROR_SERVER_ONLY_START_ONE = 9008;
/** This cannot be sent from the master process. */
const SWOOLE_ERROR_SERVER_SEND_IN_MASTER = 9009;
/** The server was given a request that it does not know. */
const SWOOLE_ERROR_SERVER_INVALID_REQUEST = 9010;
/** The connection to the server failed. */
const SWOOLE_ERROR_SERVER_CONNECT_FAIL = 9011;
/** The server was given a command that it does not know. */
const SWOOLE_ERROR_SERVER_INVALID_COMMAND = 9012;
/** This is not a regular file. */
const SWOOLE_ERROR_SERVER_IS_NOT_REGULAR_FILE = 9013;
/** Handing data to the worker took too long. */
const SWOOLE_ERROR_SERVER_SEND_TO_WOKER_TIMEOUT = 9014;
/** The callback cannot be called. */
const SWOOLE_ERROR_SERVER_INVALID_CALLBACK = 9015;
/** This thread does not belong to the server. */
const SWOOLE_ERROR_SERVER_UNRELATED_THREAD = 9016;
/** The worker did not end in time. */
const SWOOLE_ERROR_SERVER_WORKER_EXIT_TIMEOUT = 9101;
/** The worker was given data that makes no sense. */
const SWOOLE_ERROR_SERVER_WORKER_ABNORMAL_PIPE_DATA = 9102;
/** The worker ended with data unprocessed. */
const SWOOLE_ERROR_SERVER_WORKER_UNPROCESSED_DATA = 9103;
/** This call needs a coroutine. */
const SWOOLE_ERROR_CO_OUT_OF_COROUTINE = 10001;
/** Another coroutine uses this resource already. */
const SWOOLE_ERROR_CO_HAS_BEEN_BOUND = 10002;
/** The coroutine has been given up. */
const SWOOLE_ERROR_CO_HAS_BEEN_DISCARDED = 10003;
/** The lock is not locked. */
const SWOOLE_ERROR_CO_MUTEX_DOUBLE_UNLOCK = 10004;
/** The object is locked. */
const SWOOLE_ERROR_CO_BLOCK_OBJECT_LOCKED = 10005;
/** A coroutine waits for the object. */
const SWOOLE_ERROR_CO_BLOCK_OBJECT_WAITING = 10006;
/** The coroutine cannot be suspended. */
const SWOOLE_ERROR_CO_YIELD_FAILED = 10007;
/** The context of the coroutine cannot be read. */
const SWOOLE_ERROR_CO_GETCONTEXT_FAILED = 10008;
/** The coroutine cannot be switched to. */
const SWOOLE_ERROR_CO_SWAPCONTEXT_FAILED = 10009;
/** The context of the coroutine cannot be made. */
const SWOOLE_ERROR_CO_MAKECONTEXT_FAILED = 10010;
/** The completion port cannot be made. */
const SWOOLE_ERROR_CO_IOCPINIT_FAILED = 10011;
/** The stack of the coroutine cannot be guarded. */
const SWOOLE_ERROR_CO_PROTECT_STACK_FAILED = 10012;
/** A thread cannot be started. */
const SWOOLE_ERROR_CO_STD_THREAD_LINK_ERROR = 10013;
/** This is not possible with threads. */
const SWOOLE_ERROR_CO_DISABLED_MULTI_THREAD = 10014;
/** The coroutine cannot be cancelled now. */
const SWOOLE_ERROR_CO_CANNOT_CANCEL = 10015;
/** There is no such coroutine. */
const SWOOLE_ERROR_CO_NOT_EXISTS = 10016;
/** The operation was cancelled. */
const SWOOLE_ERROR_CO_CANCELED = 10017;
/** The operation took too long. */
const SWOOLE_ERROR_CO_TIMEDOUT = 10018;
/** The socket is closed once the coroutine that uses it is done. */
const SWOOLE_ERROR_CO_SOCKET_CLOSE_WAIT = 10019;

/** A channel's errCode: nothing went wrong. */
const SWOOLE_CHANNEL_OK = 0;
/** A channel's errCode: the wait took too long. */
const SWOOLE_CHANNEL_TIMEOUT = -1;
/** A channel's errCode: the channel is closed. */
const SWOOLE_CHANNEL_CLOSED = -2;
/** A channel's errCode: the coroutine that waited was cancelled. */
const SWOOLE_CHANNEL_CANCELED = -3;

/** A coroutine's state: not started. */
const SWOOLE_CORO_INIT = 0;
/** A coroutine's state: it waits. */
const SWOOLE_CORO_WAITING = 1;
/** A coroutine's state: it runs. */
const SWOOLE_CORO_RUNNING = 2;
/** A coroutine's state: it has ended. */
const SWOOLE_CORO_END = 3;
/** How many coroutines there can be at once, unless max_coroutine says otherwise. */
const SWOOLE_DEFAULT_MAX_CORO_NUM = 100000;
/** The most that max_coroutine can be. */
const SWOOLE_CORO_MAX_NUM_LIMIT = 9223372036854775807;

/** In Swoole\ExitException::getFlags(): exit() was called in a coroutine. */
const SWOOLE_EXIT_IN_COROUTINE = 2;
/** In Swoole\ExitException::getFlags(): exit() was called in a server. */
const SWOOLE_EXIT_IN_SERVER = 4;

/** The shortest timer, in milliseconds. */
const SWOOLE_TIMER_MIN_MS = 1;
/** The shortest timer, in seconds. */
const SWOOLE_TIMER_MIN_SEC = 0.001;
/** The longest time of a timer, in milliseconds. */
const SWOOLE_TIMER_MAX_MS = 9223372036854775807;
/** The longest time of a timer, in seconds. */
const SWOOLE_TIMER_MAX_SEC = 9223372036854776.0;

/** Hook: TCP streams. */
const SWOOLE_HOOK_TCP = 2;
/** Hook: UDP streams. */
const SWOOLE_HOOK_UDP = 4;
/** Hook: streams over Unix sockets. */
const SWOOLE_HOOK_UNIX = 8;
/** Hook: datagrams over Unix sockets. */
const SWOOLE_HOOK_UDG = 16;
/** Hook: ssl:// streams. */
const SWOOLE_HOOK_SSL = 32;
/** Hook: tls:// streams. */
const SWOOLE_HOOK_TLS = 64;
/** Hook: stream_select() and its kin. */
const SWOOLE_HOOK_STREAM_FUNCTION = 128;
/** The older name of SWOOLE_HOOK_STREAM_FUNCTION. */
const SWOOLE_HOOK_STREAM_SELECT = 128;
/** Hook: files. */
const SWOOLE_HOOK_FILE = 256;
/** Hook: sleep(), usleep(), time_nanosleep(), time_sleep_until(). */
const SWOOLE_HOOK_SLEEP = 512;
/** Hook: proc_open() and its kin. */
const SWOOLE_HOOK_PROC = 1024;
/** Hook: curl, rewritten. */
const SWOOLE_HOOK_CURL = 2048;
/** Hook: the curl extension itself. */
const SWOOLE_HOOK_NATIVE_CURL = 4096;
/** Hook: the sockets extension. */
const SWOOLE_HOOK_SOCKETS = 16384;
/** Hook: standard input and output. */
const SWOOLE_HOOK_STDIO = 32768;
/** Hook: functions of the network, such as DNS. */
const SWOOLE_HOOK_NET_FUNCTION = 2097152;
/** Hook: the MongoDB extension. */
const SWOOLE_HOOK_MONGODB = 4194304;
/** Every hook that run() turns on. */
const SWOOLE_HOOK_ALL = 2143287295;

/** For Swoole\Process\Pool: no messages. */
const SWOOLE_IPC_NONE = 0;
/** For Swoole\Process\Pool: messages by pairs of Unix sockets, one a worker. */
const SWOOLE_IPC_UNIXSOCK = 1;
/** For Swoole\Process\Pool: messages by a System V message queue, which all workers take from. */
const SWOOLE_IPC_MSGQUEUE = 2;
/** For Swoole\Process\Pool: messages by TCP or Unix stream sockets. */
const SWOOLE_IPC_SOCKET = 3;
/** Another name for SWOOLE_IPC_UNIXSOCK. */
const SWOOLE_IPC_UNSOCK = 1;
/** A message queue of which each worker takes what comes next. */
const SWOOLE_IPC_PREEMPTIVE = 3;
/** The most pieces that readVector() and writeVector() take. */
const SWOOLE_IOV_MAX = 1024;
/** For Swoole\Process::useQueue(): what is pushed is for the process of the object. */
const SWOOLE_MSGQUEUE_ORIENT = 1;
/** For Swoole\Process::useQueue(): what is pushed is for whoever pops first. */
const SWOOLE_MSGQUEUE_BALANCE = 2;
