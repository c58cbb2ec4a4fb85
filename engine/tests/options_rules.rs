//! How options are read: each rule of rows 4 to 8 of the behaviour table, and that no value whatever does harm.

use std::path::Path;
use std::time::Duration;

use engine::log::{Level, Rotation};
use engine::options::{
    DispatchMode, Limits, Notice, NoticeLevel, PortOptions, ServerOptions, Value, WorkerDeathClose, names, set_on_server,
};
use proptest::prelude::*;

const LIMITS: Limits = Limits { cpus: 2, open_files: 20_000 };

/// A server's options and its first port's after one `set`, and the notices.
fn set(name: &str, value: impl Into<Value>) -> (ServerOptions, PortOptions, Vec<Notice>) {
    let (mut server, mut port, mut notices) = (ServerOptions::new(LIMITS), PortOptions::default(), Vec::new());
    set_on_server(&mut server, &mut port, name, &value.into(), &mut notices);
    (server, port, notices)
}

#[track_caller]
fn set_in_silence(name: &str, value: impl Into<Value>) -> (ServerOptions, PortOptions) {
    let (server, port, notices) = set(name, value);
    assert_eq!(notices, []);
    (server, port)
}

/// The text of the one notice that setting an option costs.
#[track_caller]
fn notice(name: &str, value: impl Into<Value>, level: NoticeLevel) -> String {
    let (.., mut notices) = set(name, value);
    assert_eq!(notices.len(), 1, "{notices:?}");
    let notice = notices.remove(0);
    assert_eq!(notice.level, level, "{notice:?}");
    notice.text
}

#[test]
fn a_number_is_stored() {
    assert_eq!(set_in_silence("worker_num", 3).0.worker_num, 3);
    assert_eq!(set_in_silence("backlog", 128).1.backlog, 128);
}

#[test]
fn numeric_text_is_a_number() {
    for (text, number) in [("3", 3), (" 3", 3), ("3 workers", 3), ("3.9", 3), ("+3", 3), ("3e1", 30), ("3e", 3), (".5e1", 5)] {
        assert_eq!(set_in_silence("worker_num", text).0.worker_num, number, "{text:?}");
    }
}

#[test]
fn text_that_is_no_number_is_off() {
    for text in ["abc", "", "-", ".", "e5", "٣"] {
        assert_eq!(set_in_silence("worker_num", text).0.worker_num, 0, "{text:?}");
    }
}

#[test]
fn off_is_the_default() {
    for value in [Value::Int(0), "".into(), "0".into(), false.into()] {
        let (server, port) = set_in_silence("worker_num", value.clone());
        assert_eq!((server.effective_worker_num(7), port), (7, PortOptions::default()), "{value:?}");
        assert_eq!(set_in_silence("backlog", value.clone()).1.backlog, 512);
        assert_eq!(set_in_silence("dispatch_mode", value.clone()).0.dispatch_mode, DispatchMode::Fixed);
        assert_eq!(set_in_silence("ring_memory", value.clone()).0.ring_memory, 64 << 20);
        assert_eq!(
            set_in_silence("pid_file", value.clone()).0.pid_file,
            (value == "0".into() || value == Value::Int(0)).then(|| "0".into())
        );
    }
}

#[test]
fn null_leaves_an_option_as_it_is() {
    let (mut server, mut notices) = (ServerOptions::new(LIMITS), Vec::new());
    server.apply("worker_num", &Value::Int(4), &mut notices);
    for name in names() {
        let before = server.clone();
        server.apply(name, &Value::Null, &mut notices);
        assert_eq!(server, before, "{name}");
    }
    assert_eq!((server.worker_num, notices), (4, vec![]));
}

#[test]
fn a_flag_reads_truth_loosely() {
    for (value, on) in [
        (Value::from(true), true),
        (1.into(), true),
        (Value::Float(0.5), true),
        ("1".into(), true),
        ("off".into(), true),
        (Value::Other("Closure"), true),
        (Value::List(vec![Value::Null]), true),
        (0.into(), false),
        (Value::Float(0.0), false),
        ("".into(), false),
        ("0".into(), false),
        (Value::List(vec![]), false),
    ] {
        assert_eq!(set_in_silence("daemonize", value.clone()).0.daemonize, on, "{value:?}");
    }
}

#[test]
fn a_number_below_its_range_is_clamped_with_one_warning() {
    assert_eq!(
        notice("worker_num", -1, NoticeLevel::LogWarning),
        "Swoole\\Server::set(): worker_num must be 1..=2000, got -1; 1 is used"
    );
    assert_eq!(set("worker_num", -1).0.worker_num, 1);
    assert_eq!(set("worker_num", "-5").0.worker_num, 1);
    assert_eq!(set("log_level", -1).0.log_level, Level::Debug);
}

#[test]
fn a_number_above_its_range_is_clamped_with_one_warning() {
    assert_eq!(set("worker_num", 5000).0.worker_num, 2000);
    assert_eq!(set("reactor_num", 100).0.reactor_num, 8);
    assert_eq!(set("max_connection", 1_000_000).0.max_connection, 20_000);
    assert_eq!(set("max_request", i64::MAX).0.max_request, u64::from(u32::MAX));
    assert_eq!(set("tcp_keepidle", Value::Float(1e300)).1.tcp_keepidle, Some(32767));
    let text = notice("max_conn", "1000000", NoticeLevel::LogWarning);
    assert_eq!(text, "Swoole\\Server::set(): max_conn must be 0..=20000, got '1000000'; 20000 is used");
}

#[test]
fn a_value_of_another_type_is_ignored_with_one_warning() {
    let list = || Value::List(vec![1.into(), 2.into()]);
    assert_eq!(
        notice("worker_num", list(), NoticeLevel::LogWarning),
        "Swoole\\Server::set(): worker_num must be a number, got a list of 2; it is ignored"
    );
    for name in ["worker_num", "max_wait_time", "pid_file", "user", "log_date_format", "worker_death_close"] {
        for value in [list(), Value::Other("Closure")] {
            assert_eq!(set(name, value.clone()).0, ServerOptions::new(LIMITS), "{name}");
            notice(name, value, NoticeLevel::LogWarning);
        }
    }
}

#[test]
fn odd_text_stays_on_one_line_of_the_log() {
    let text = notice("log_rotation", format!("9\n{}", "x".repeat(500)).as_str(), NoticeLevel::LogWarning);
    assert!(!text.contains('\n') && text.len() < 200, "{text}");
}

#[test]
fn an_unknown_option_gets_the_nearest_name() {
    for (typo, known) in [
        ("worker_nmu", "worker_num"),
        ("workernum", "worker_num"),
        ("reactor_thread_num", "reactor_num"),
        ("deamonize", "daemonize"),
        ("max_connections", "max_connection"),
        ("open_lenght_check", "open_length_check"),
        ("logfile", "log_file"),
    ] {
        let text = notice(typo, 1, NoticeLevel::UserWarning);
        assert_eq!(text, format!("unsupported option [{typo}], did you mean '{known}'?"));
    }
    assert_eq!(notice("qwertz", 1, NoticeLevel::UserWarning), "unsupported option [qwertz]");
    assert_eq!(notice("", Value::Null, NoticeLevel::UserWarning), "unsupported option []");
}

#[test]
fn every_known_name_is_accepted() {
    // As Swoole 6.2 lists them for a server and its ports.
    let known = "debug_mode trace_flags log_file log_level log_date_format log_date_with_microseconds log_rotation display_errors dns_server
        socket_dns_timeout socket_connect_timeout socket_write_timeout socket_send_timeout socket_read_timeout socket_recv_timeout
        socket_buffer_size socket_timeout http2_header_table_size http2_enable_push http2_max_concurrent_streams http2_init_window_size
        http2_max_frame_size http2_max_header_list_size chroot user group daemonize pid_file reactor_num single_thread worker_num
        max_wait_time max_queued_bytes max_concurrency worker_max_concurrency enable_coroutine send_timeout dispatch_mode send_yield
        dispatch_func discard_timeout_request enable_unsafe_event enable_delay_receive enable_reuse_port task_use_object task_object
        event_object task_enable_coroutine task_worker_num task_ipc_mode task_tmpdir task_max_request task_max_request_grace
        max_connection max_conn start_session_id heartbeat_check_interval heartbeat_idle_time max_request max_request_grace
        reload_async open_cpu_affinity cpu_affinity_ignore http_parse_cookie http_parse_post http_parse_files http_compression
        http_compression_level compression_level http_gzip_level http_compression_min_length compression_min_length
        websocket_compression upload_tmp_dir upload_max_filesize enable_static_handler document_root http_autoindex http_index_files
        http_compression_types compression_types static_handler_locations input_buffer_size buffer_input_size output_buffer_size
        buffer_output_size message_queue_key bootstrap init_arguments url_rewrite_rules ssl_cert_file ssl_key_file backlog
        kernel_socket_recv_buffer_size kernel_socket_send_buffer_size buffer_high_watermark buffer_low_watermark open_tcp_nodelay
        tcp_defer_accept open_tcp_keepalive open_eof_check open_eof_split package_eof open_http_protocol open_websocket_protocol
        websocket_subprotocol open_websocket_close_frame open_websocket_ping_frame open_websocket_pong_frame open_http2_protocol
        open_mqtt_protocol open_redis_protocol max_idle_time tcp_keepidle tcp_keepinterval tcp_keepcount tcp_user_timeout tcp_fastopen
        open_length_check package_length_type package_length_offset package_body_offset package_body_start package_length_func
        package_max_length ssl_compress ssl_protocols ssl_verify_peer ssl_allow_self_signed ssl_client_cert_file ssl_cafile ssl_capath
        ssl_verify_depth ssl_prefer_server_ciphers ssl_ciphers ssl_ecdh_curve ssl_dhparam ssl_sni_certs aio_core_worker_num
        aio_worker_num aio_max_wait_time aio_max_idle_time iouring_entries iouring_workers iouring_flag enable_signalfd wait_signal
        dns_cache_refresh_time thread_num min_thread_num max_thread_num socket_dontwait dns_lookup_random use_async_resolver
        max_coro_num max_coroutine enable_deadlock_check hook_flags enable_preemptive_scheduler c_stack_size stack_size name_resolver
        dns_cache_expire dns_cache_capacity stats_file stats_timer_interval admin_server";
    let known: Vec<&str> = known.split_whitespace().collect();
    for name in &known {
        let (.., notices) = set(name, "N");
        assert!(notices.iter().all(|notice| notice.level == NoticeLevel::LogWarning), "{notices:?}");
    }
    let ours = ["ring_memory", "worker_death_close"];
    let unknown: Vec<&str> = names().filter(|name| !known.contains(name) && !ours.contains(name)).collect();
    assert!(unknown.is_empty(), "names of nobody's: {unknown:?}");
}

#[test]
fn a_name_belongs_to_one_option() {
    let mut all: Vec<&str> = names().collect();
    let count = all.len();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), count);
}

#[test]
fn names_are_read_without_regard_to_case_and_aliases_are_the_same_option() {
    assert_eq!(set_in_silence("Worker_Num", 3).0.worker_num, 3);
    assert_eq!(set_in_silence("max_conn", 300).0.max_connection, 300);
    assert_eq!(set_in_silence("buffer_output_size", 300).0.buffer_output_size, 300);
    assert_eq!(set_in_silence("output_buffer_size", 300).0.buffer_output_size, 300);
}

#[test]
fn what_is_not_built_yet_says_so_once() {
    let text = notice("task_worker_num", 4, NoticeLevel::LogWarning);
    assert_eq!(text, "Swoole\\Server::set(): option [task_worker_num] is known but not built yet in this version");
    notice("open_eof_check", true, NoticeLevel::LogWarning);
    notice("http_parse_post", false, NoticeLevel::LogWarning);
    notice("package_max_length", 1 << 20, NoticeLevel::LogWarning);
}

#[test]
fn what_is_not_built_yet_may_be_set_to_its_default() {
    set_in_silence("task_worker_num", 0);
    set_in_silence("open_eof_check", false);
    set_in_silence("http_parse_post", true);
    set_in_silence("ssl_cert_file", "");
}

#[test]
fn some_options_are_accepted_without_effect() {
    for (name, value) in [("debug_mode", true), ("debug_mode", false), ("wait_signal", false), ("single_thread", true)] {
        assert_eq!(set_in_silence(name, value), (ServerOptions::new(LIMITS), PortOptions::default()));
    }
    set_in_silence("max_coroutine", 3000);
    set_in_silence("max_coro_num", 3000);
}

#[test]
fn dispatch_modes() {
    for (number, mode) in [(1, DispatchMode::RoundRobin), (2, DispatchMode::Fixed), (3, DispatchMode::Idle)] {
        assert_eq!(set_in_silence("dispatch_mode", number).0.dispatch_mode, mode);
    }
    for number in 4..=10 {
        let text = notice("dispatch_mode", number, NoticeLevel::Fatal);
        assert!(text.contains(&format!("dispatch_mode {number} belongs to a later version")), "{text}");
    }
    for odd in [99, 11, -1] {
        notice("dispatch_mode", odd, NoticeLevel::LogWarning);
        assert_eq!(set("dispatch_mode", odd).0.dispatch_mode, DispatchMode::Fixed);
    }
}

#[test]
fn framing_that_cannot_work_is_fatal() {
    notice("package_eof", "", NoticeLevel::Fatal);
    notice("package_eof", "\r\n", NoticeLevel::LogWarning);
    notice("package_length_type", "x", NoticeLevel::Fatal);
    notice("package_length_type", "N", NoticeLevel::LogWarning);
}

#[test]
fn times_have_fractions() {
    assert_eq!(set_in_silence("max_wait_time", Value::Float(0.25)).0.max_wait_time, Duration::from_millis(250));
    assert_eq!(set_in_silence("max_wait_time", "60").0.max_wait_time, Duration::from_secs(60));
    assert_eq!(set_in_silence("max_wait_time", 0).0.max_wait_time, Duration::ZERO);
    notice("max_wait_time", -1, NoticeLevel::LogWarning);
    notice("max_wait_time", Value::Float(f64::INFINITY), NoticeLevel::LogWarning);
}

#[test]
fn paths_and_texts() {
    let (mut server, mut notices) = (ServerOptions::new(LIMITS), Vec::new());
    server.apply("pid_file", &Value::Str(b"/run/\xffserver.pid".to_vec()), &mut notices);
    server.apply("log_file", &"/var/log/server".into(), &mut notices);
    server.apply("user", &"www-data".into(), &mut notices);
    server.apply("log_date_format", &"%H:%M".into(), &mut notices);
    assert_eq!(notices, []);
    assert_eq!(server.pid_file.as_deref().map(|path| path.as_os_str().len()), Some(16));
    assert_eq!(server.log_file.as_deref(), Some(Path::new("/var/log/server")));
    assert_eq!((server.user.as_deref(), server.log_date_format.as_deref()), (Some("www-data"), Some("%H:%M")));
    notice("log_date_format", "%Q", NoticeLevel::LogWarning);
    notice("pid_file", "a\0b", NoticeLevel::LogWarning);
    notice("user", Value::Str(vec![0xff]), NoticeLevel::LogWarning);
}

#[test]
fn log_levels_and_rotations() {
    for (number, level) in [(0, Level::Debug), (1, Level::Trace), (2, Level::Info), (3, Level::Notice), (6, Level::None)] {
        assert_eq!(set_in_silence("log_level", number).0.log_level, level);
    }
    assert_eq!(set_in_silence("log_level", "x").0.log_level, Level::Debug);
    assert_eq!(set("log_level", 7).0.log_level, Level::None);
    assert_eq!(set_in_silence("log_rotation", 2).0.log_rotation, Rotation::Daily);
    notice("log_rotation", 9, NoticeLevel::LogWarning);
}

#[test]
fn processors_to_keep_free() {
    let list = |numbers: &[i64]| Value::List(numbers.iter().map(|n| Value::Int(*n)).collect());
    assert_eq!(set_in_silence("cpu_affinity_ignore", list(&[1, 1])).0.cpu_affinity_ignore, [1]);
    assert_eq!(set("cpu_affinity_ignore", list(&[7, 0])).0.cpu_affinity_ignore, [0]);
    notice("cpu_affinity_ignore", list(&[7, 0, -1]), NoticeLevel::LogWarning);
    notice("cpu_affinity_ignore", list(&[0, 1]), NoticeLevel::LogWarning);
    notice("cpu_affinity_ignore", 1, NoticeLevel::LogWarning);
    assert_eq!(set("cpu_affinity_ignore", list(&[0, 1])).0.cpu_affinity_ignore, []);
}

#[test]
fn which_connections_a_death_closes() {
    assert_eq!(set_in_silence("worker_death_close", "all").0.worker_death_close, WorkerDeathClose::All);
    assert_eq!(set_in_silence("worker_death_close", "in_hand").0.worker_death_close, WorkerDeathClose::InHand);
    notice("worker_death_close", "some", NoticeLevel::LogWarning);
}

#[test]
fn a_buffer_without_a_limit() {
    assert_eq!(set_in_silence("socket_buffer_size", 128 << 10).1.socket_buffer_size, 128 << 10);
    assert_eq!(set_in_silence("socket_buffer_size", 0).1.socket_buffer_size, u64::MAX);
    assert_eq!(set("socket_buffer_size", -1).1.socket_buffer_size, u64::MAX);
    assert_eq!(set_in_silence("buffer_output_size", 0).0.buffer_output_size, u64::from(u32::MAX));
}

#[test]
fn a_port_takes_its_own_options_and_passes_over_the_servers() {
    let (mut port, mut notices) = (PortOptions::default(), Vec::new());
    port.apply("backlog", &Value::Int(7), &mut notices);
    port.apply("enable_reuse_port", &true.into(), &mut notices);
    port.apply("worker_num", &Value::Int(-1), &mut notices);
    port.apply("task_worker_num", &Value::Int(4), &mut notices);
    assert_eq!((port.backlog, port.enable_reuse_port, &notices[..]), (7, true, &[][..]));
    port.apply("backlog", &Value::Int(-9), &mut notices);
    port.apply("open_eof_check", &true.into(), &mut notices);
    port.apply("bakclog", &Value::Int(7), &mut notices);
    let texts: Vec<&str> = notices.iter().map(|notice| notice.text.as_str()).collect();
    assert_eq!(
        texts,
        [
            "Swoole\\Server\\Port::set(): backlog must be -1..=2147483647, got -9; -1 is used",
            "Swoole\\Server\\Port::set(): option [open_eof_check] is known but not built yet in this version",
            "unsupported option [bakclog], did you mean 'backlog'?",
        ]
    );
}

#[test]
fn an_option_of_both_reaches_the_server_and_its_first_port() {
    let (server, port) = set_in_silence("enable_reuse_port", true);
    assert!(server.enable_reuse_port && port.enable_reuse_port);
}

#[test]
fn what_follows_from_several_options() {
    let mut options = ServerOptions::new(LIMITS);
    assert_eq!((options.effective_worker_num(2), options.effective_reactor_num(2), options.effective_reactor_num(1)), (2, 2, 1));
    assert_eq!(options.effective_max_connection(), 20_000);
    assert_eq!(ServerOptions::new(Limits { cpus: 64, open_files: 1 << 20 }).effective_reactor_num(100), 8);
    assert_eq!(ServerOptions::new(Limits { cpus: 64, open_files: 1 << 20 }).effective_max_connection(), 100_000);
    assert_eq!(options.request_limit(5), None);
    options.max_request = 20;
    let limits: Vec<_> = (0..12).filter_map(|random| options.request_limit(random)).collect();
    assert_eq!((limits.iter().min(), limits.iter().max()), (Some(&20), Some(&29)));
    options.max_request = 3;
    assert_eq!((0..12).filter_map(|random| options.request_limit(random)).max(), Some(3));
    options.max_request_grace = Some(0);
    assert_eq!(options.request_limit(7), Some(3));
}

fn any_value() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        (-20i64..20).prop_map(Value::Int),
        any::<f64>().prop_map(Value::Float),
        prop::collection::vec(any::<u8>(), 0..20).prop_map(Value::Str),
        "[ +-]{0,2}[0-9]{0,20}[.]?[0-9]{0,4}e?[+-]?[0-9]{0,4}x?".prop_map(|text| Value::Str(text.into_bytes())),
        "[%a-zA-Z:. -]{0,8}".prop_map(|text| Value::Str(text.into_bytes())),
        Just(Value::Other("Closure")),
    ];
    scalar.prop_recursive(2, 8, 4, |inner| prop::collection::vec(inner, 0..4).prop_map(Value::List))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever an option is set to, there is at most one notice, and what comes out can be used.
    #[test]
    fn no_value_does_harm(value in any_value()) {
        for name in names() {
            let (server, port, notices) = set(name, value.clone());
            prop_assert!(notices.len() <= 1, "{}: {:?}", name, notices);
            prop_assert!(notices.iter().all(|notice| notice.level != NoticeLevel::UserWarning && !notice.text.contains('\n')));
            prop_assert!(server.worker_num <= 2000 && server.reactor_num <= 8 && server.max_connection <= 20_000);
            prop_assert!(server.cpu_affinity_ignore.len() < 2 && (1 << 20..=16 << 30).contains(&server.ring_memory));
            prop_assert!(server.effective_worker_num(1) >= 1 && server.effective_reactor_num(1) == 1);
            prop_assert!(port.backlog != 0 && port.backlog >= -1 && server.buffer_output_size > 0 && port.socket_buffer_size > 0);
            prop_assert_eq!(notices.is_empty() || value != Value::Null, true);
        }
    }

    /// Any name is answered, and only an unknown one by a warning of the user's.
    #[test]
    fn no_name_does_harm(name in ".{0,30}") {
        let (.., notices) = set(&name, 1);
        let known = names().any(|known| known.eq_ignore_ascii_case(&name));
        prop_assert_eq!(notices.iter().any(|notice| notice.level == NoticeLevel::UserWarning), !known);
    }
}
