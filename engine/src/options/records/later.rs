//! The records of options that are known and do nothing: in silence, or with a warning that they are not built yet.
//!
//! An option that gets built moves to the table of its scope.

use super::{Check, Record, Scope, State};
use crate::options::Value;
use crate::options::notice::Reporter;

const fn silent(name: &'static str, default: &'static str, kind: &'static str, doc: &'static str) -> Record {
    Record::new(name, default, State::Silent(Scope::Server, kind), doc)
}

const fn server(name: &'static str, default: &'static str, kind: &'static str, doc: &'static str) -> Record {
    Record::new(name, default, State::Later(Scope::Server, kind, None), doc)
}

const fn port(name: &'static str, default: &'static str, kind: &'static str, doc: &'static str) -> Record {
    Record::new(name, default, State::Later(Scope::Port, kind, None), doc)
}

const fn checked(name: &'static str, default: &'static str, kind: &'static str, check: Check, doc: &'static str) -> Record {
    Record::new(name, default, State::Later(Scope::Port, kind, Some(check)), doc)
}

/// What has no effect, and does no harm by that.
pub(super) const SILENT: &[Record] = &[
    silent("debug_mode", "off", "bool", "Debug output of a debug build. `log_level` decides here."),
    silent("trace_flags", "0", "int", "Which parts a trace build traces. `log_level` decides here."),
    silent("enable_signalfd", "on", "bool", "Signals by signalfd. They come by handlers here."),
    silent("wait_signal", "off", "bool", "A signal listener keeps the event loop alive."),
    silent(
        "single_thread",
        "off",
        "bool",
        "PROCESS mode without reactor threads. Here they are always threads of their own, which run no user code.",
    ),
    silent("iouring_entries", "0", "int", "Size of the io_uring queue. Files are not read by io_uring here."),
    silent("iouring_workers", "0", "int", "Threads of io_uring. Files are not read by io_uring here."),
    silent("iouring_flag", "0", "int", "Mode of io_uring. Files are not read by io_uring here."),
];

/// Options of the server that are still to come.
pub(super) const SERVER: &[Record] = &[
    server("task_worker_num", "0", "int", "Task worker processes."),
    server("task_enable_coroutine", "off", "bool", "Task callbacks run in coroutines."),
    server("task_use_object", "off", "bool", "Task callbacks get one task object in place of several arguments.")
        .also(&["task_object"]),
    server("task_ipc_mode", "1", "int", "How tasks reach task workers: 1 sockets, 2 and 3 a System V message queue."),
    server("task_max_request", "0", "int", "Tasks after which a task worker is replaced. 0: never."),
    server("task_max_request_grace", "half of `task_max_request`", "int", "The random extra of `task_max_request`."),
    server("task_tmpdir", "/tmp", "string", "Where large tasks are kept."),
    server("message_queue_key", "none", "int", "The key of the System V message queue."),
    server("dispatch_func", "none", "callable", "A function that picks the worker of a message."),
    server(
        "discard_timeout_request",
        "on",
        "bool",
        "Messages of connections that have closed are dropped in dispatch modes 1 and 3.",
    ),
    server("enable_delay_receive", "off", "bool", "A connection is read from only after `confirm`."),
    server(
        "max_queued_bytes",
        "0",
        "int",
        "Bytes received and not yet taken by workers, beyond which a connection is not read from. 0: no limit.",
    ),
    server("max_concurrency", "0", "int", "Requests at a time in the whole server. 0: no limit."),
    server("worker_max_concurrency", "0", "int", "Requests at a time in one worker. 0: no limit."),
    server("start_session_id", "0", "int", "The first session id is the one after this."),
    server("send_timeout", "0", "float", "Seconds that `send_yield` waits at most. 0: no limit."),
    server("input_buffer_size", "2097152", "int", "Bytes of a connection's input buffer.").also(&["buffer_input_size"]),
    server("heartbeat_check_interval", "0", "int", "Seconds between two looks for idle connections. 0: off."),
    server("http_parse_cookie", "on", "bool", "Cookies of HTTP requests are parsed."),
    server("http_parse_post", "on", "bool", "Forms in HTTP requests are parsed."),
    server("http_parse_files", "on", "bool", "Uploads in HTTP requests are parsed."),
    server("http_compression", "on", "bool", "HTTP responses are compressed if the client can take it."),
    server("http_compression_level", "1", "int", "How hard HTTP responses are compressed, 1 to 9.")
        .also(&["compression_level", "http_gzip_level"]),
    server("http_compression_min_length", "20", "int", "Bytes below which an HTTP response is not compressed.")
        .also(&["compression_min_length"]),
    server("http_compression_types", "text, scripts, JSON, XML", "array", "The content types that are compressed.")
        .also(&["compression_types"]),
    server("upload_tmp_dir", "/tmp", "string", "Where uploads are kept."),
    server("upload_max_filesize", "0", "int", "Bytes of the largest upload. 0: no limit."),
    server("enable_static_handler", "off", "bool", "Files under `document_root` are served without a callback."),
    server("document_root", "none", "string", "The directory of the static files."),
    server("static_handler_locations", "none", "array", "The paths that may be static files."),
    server("http_autoindex", "off", "bool", "A directory is served as a list of its files."),
    server("http_index_files", "none", "array", "The files that stand for their directory."),
    server("url_rewrite_rules", "none", "array", "Rules that rewrite the paths of static files."),
    server("websocket_compression", "off", "bool", "WebSocket messages may be compressed."),
    server("http2_header_table_size", "4096", "int", "HTTP/2 setting HEADER_TABLE_SIZE, bytes."),
    server("http2_enable_push", "off", "bool", "HTTP/2 setting ENABLE_PUSH."),
    server("http2_max_concurrent_streams", "128", "int", "HTTP/2 setting MAX_CONCURRENT_STREAMS."),
    server("http2_init_window_size", "65535", "int", "HTTP/2 setting INITIAL_WINDOW_SIZE, bytes."),
    server("http2_max_frame_size", "16384", "int", "HTTP/2 setting MAX_FRAME_SIZE, bytes."),
    server("http2_max_header_list_size", "4096", "int", "HTTP/2 setting MAX_HEADER_LIST_SIZE, bytes."),
    server("bootstrap", "the running script", "string", "The script that a worker thread runs, in thread mode."),
    server("init_arguments", "none", "callable", "A function that gives a worker thread its arguments, in thread mode."),
    server("hook_flags", "0", "int", "Which blocking functions become coroutine-friendly."),
    server("enable_deadlock_check", "on", "bool", "A deadlock of coroutines is reported."),
    server("stack_size", "2097152", "int", "Bytes of a coroutine's C stack.").also(&["c_stack_size"]),
    server("name_resolver", "none", "array", "Functions that resolve service names."),
    server("dns_server", "none", "string", "The name server to ask."),
    server("dns_cache_expire", "60", "int", "Seconds that a resolved name is kept."),
    server("dns_cache_capacity", "1000", "int", "Resolved names that are kept."),
    server("dns_cache_refresh_time", "60", "float", "Seconds after which a kept name is resolved anew."),
    server("dns_lookup_random", "off", "bool", "One of a name's addresses is taken at random."),
    server("use_async_resolver", "off", "bool", "Names are resolved by an asynchronous resolver."),
    server("socket_dontwait", "off", "bool", "A client's `close` does not wait for data that is still to be sent."),
    server("socket_dns_timeout", "none", "float", "Seconds that a client waits for a name."),
    server("socket_connect_timeout", "none", "float", "Seconds that a client waits for a connection."),
    server("socket_read_timeout", "none", "float", "Seconds that a client waits for data.").also(&["socket_recv_timeout"]),
    server("socket_write_timeout", "none", "float", "Seconds that a client waits to send.").also(&["socket_send_timeout"]),
    server("socket_timeout", "none", "float", "All of a client's timeouts, in seconds."),
    server("aio_core_worker_num", "one a processor", "int", "The least threads for blocking calls."),
    server("aio_worker_num", "8 a processor", "int", "The most threads for blocking calls."),
    server("aio_max_wait_time", "1", "float", "Seconds that a blocking call waits before another thread is started for it."),
    server("aio_max_idle_time", "1", "float", "Seconds after which an idle thread ends."),
    server("thread_num", "one a processor", "int", "An older name of `aio_core_worker_num`.").also(&["min_thread_num"]),
    server("max_thread_num", "8 a processor", "int", "An older name of `aio_worker_num`."),
    server("display_errors", "on", "bool", "Warnings of this extension are shown."),
    server("stats_file", "none", "string", "The file that `stats()` is written to at intervals."),
    server("stats_timer_interval", "1000", "int", "Milliseconds between two writes of `stats_file`."),
    server("admin_server", "none", "string", "The address of the administration server."),
];

/// Options of a port that are still to come.
pub(super) const PORT: &[Record] = &[
    port("open_eof_check", "off", "bool", "A message ends with `package_eof`; several may come at once."),
    port("open_eof_split", "off", "bool", "A message ends with `package_eof`, and comes by itself."),
    checked("package_eof", "none", "string", package_eof, "The bytes that end a message; never empty."),
    port("open_length_check", "off", "bool", "A message begins with its length."),
    checked(
        "package_length_type",
        "N",
        "string",
        package_length_type,
        "The form of the length, as a letter of `pack`: c C s S n N l L v V.",
    ),
    port("package_length_offset", "0", "int", "Where the length stands in a message, in bytes."),
    port("package_body_offset", "0", "int", "Where the bytes that the length counts begin.").also(&["package_body_start"]),
    port("package_length_func", "none", "callable", "A function that tells a message's length."),
    port("package_max_length", "2097152", "int", "Bytes of the longest message."),
    port("heartbeat_idle_time", "0", "int", "Seconds of silence after which a connection is closed."),
    port("max_idle_time", "0", "float", "Seconds of silence after which a connection is closed, to the millisecond."),
    port("buffer_high_watermark", "0", "int", "Bytes waiting to be sent at which BufferFull is reported."),
    port("buffer_low_watermark", "0", "int", "Bytes waiting to be sent at which BufferEmpty is reported."),
    port("open_http_protocol", "off", "bool", "The port speaks HTTP."),
    port("open_http2_protocol", "off", "bool", "The port speaks HTTP/2."),
    port("open_websocket_protocol", "off", "bool", "The port speaks WebSocket."),
    port("open_websocket_close_frame", "off", "bool", "WebSocket close frames are passed on."),
    port("open_websocket_ping_frame", "off", "bool", "WebSocket ping frames are passed on."),
    port("open_websocket_pong_frame", "off", "bool", "WebSocket pong frames are passed on."),
    port("websocket_subprotocol", "none", "string", "The WebSocket subprotocol that is offered."),
    port("open_mqtt_protocol", "off", "bool", "A message is a packet of MQTT."),
    port("open_redis_protocol", "off", "bool", "A message is a command of Redis."),
    port("ssl_cert_file", "none", "string", "The certificate, a PEM file."),
    port("ssl_key_file", "none", "string", "The certificate's key, a PEM file."),
    port("ssl_sni_certs", "none", "array", "Certificates for further host names."),
    port("ssl_protocols", "0", "int", "The versions of TLS that are spoken. 0: all."),
    port("ssl_ciphers", "OpenSSL's", "string", "The ciphers that are offered."),
    port("ssl_prefer_server_ciphers", "off", "bool", "The server's order of ciphers counts."),
    port("ssl_ecdh_curve", "auto", "string", "The curves for key exchange."),
    port("ssl_dhparam", "none", "string", "The Diffie-Hellman parameters, a PEM file."),
    port("ssl_compress", "off", "bool", "Compression in TLS."),
    port("ssl_verify_peer", "off", "bool", "Clients must show a certificate."),
    port("ssl_allow_self_signed", "off", "bool", "A client's certificate may be signed by itself."),
    port("ssl_client_cert_file", "none", "string", "The certificates that clients' are checked against, a PEM file."),
    port("ssl_cafile", "none", "string", "The trusted authorities, a PEM file."),
    port("ssl_capath", "none", "string", "The trusted authorities, a directory."),
    port("ssl_verify_depth", "0", "int", "The longest chain of certificates. 0: OpenSSL's limit."),
];

/// An empty one would end every message before its first byte.
fn package_eof(value: &Value, report: &mut Reporter<'_>) {
    if !value.is_compound() && value.text().is_none() {
        report.refuse(format_args!("must not be empty"));
    }
}

/// The letters for lengths of up to 4 bytes, and those for 8.
const LENGTH_TYPES: &[u8] = b"cCsSnNlLvVqQJP";

fn package_length_type(value: &Value, report: &mut Reporter<'_>) {
    let letter = value.text().and_then(|text| text.first().copied());
    if !letter.is_some_and(|letter| LENGTH_TYPES.contains(&letter)) {
        report.refuse(format_args!("must be one of the letters c C s S n N l L v V, got {value}"));
    }
}
