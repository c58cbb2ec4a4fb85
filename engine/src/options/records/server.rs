//! The records of a server's options that work.

use super::{Record, State, Target};
use crate::log::{Level, Rotation, is_date_format};
use crate::options::notice::Reporter;
use crate::options::setter::{Max, Range, Setter};
use crate::options::{DispatchMode, Limits, ServerOptions, Value, WorkerDeathClose};

const fn server(name: &'static str, default: &'static str, setter: Setter<ServerOptions>, doc: &'static str) -> Record {
    Record::new(name, default, State::Built(Target::Server(setter)), doc)
}

const fn range(min: i64, max: i64) -> Range {
    Range { min, max: Max::Fixed(max) }
}

const U32: i64 = u32::MAX as i64;
const MIB: i64 = 1 << 20;

// The casts below lose nothing: a setter is called with 0 or a number of its range.
pub(super) const RECORDS: &[Record] = &[
    server(
        "worker_num",
        "1 in BASE, one a processor in PROCESS",
        Setter::Number(Range { min: 1, max: Max::PerCpu(1000) }, |o, n| o.worker_num = n as u32),
        "Event worker processes. 0 means the default.",
    ),
    server(
        "reactor_num",
        "one a processor, at most 8",
        Setter::Number(Range { min: 0, max: Max::PerCpu(4) }, |o, n| o.reactor_num = n as u32),
        "Reactor threads in PROCESS mode; never more than there are workers. 0 means the default.",
    ),
    server(
        "max_connection",
        "limit on open files, at most 100000",
        Setter::Number(Range { min: 0, max: Max::OpenFiles }, |o, n| o.max_connection = n as u32),
        "Connections at a time; the rest wait in the listen queue. 0 means the default.",
    )
    .also(&["max_conn"]),
    server(
        "dispatch_mode",
        "2",
        Setter::Own("int", "1, 2 or 3", dispatch_mode),
        "How a message finds its worker in PROCESS mode: 1 round robin, 2 by connection, 3 an idle worker. 4 to 10 belong to a later \
         version and are refused.",
    ),
    server(
        "enable_unsafe_event",
        "off",
        Setter::Flag(|o, on| o.enable_unsafe_event = on),
        "Connect and Close run in dispatch modes 1 and 3 too, where their order is not kept.",
    ),
    server(
        "event_object",
        "off",
        Setter::Flag(|o, on| o.event_object = on),
        "Connection callbacks get one event object in place of several arguments.",
    ),
    server(
        "enable_coroutine",
        "on",
        Setter::Flag(|o, on| o.enable_coroutine = on),
        "Callbacks run in coroutines: one that waits lets its worker go on with the next message.",
    ),
    server(
        "max_coroutine",
        "100000",
        Setter::Number(range(0, U32), |o, n| o.max_coroutine = n as u32),
        "Coroutines at a time in one process. A message beyond that is not handled, and its connection is closed. 0 means the default.",
    )
    .also(&["max_coro_num"]),
    server(
        "enable_preemptive_scheduler",
        "as the program says",
        Setter::Flag(|o, on| o.enable_preemptive_scheduler = Some(on)),
        "A coroutine that computes for more than 10 ms gives its turn to others.",
    ),
    server(
        "send_yield",
        "on",
        Setter::Flag(|o, on| o.send_yield = on),
        "In a coroutine, a send to a connection whose `socket_buffer_size` is full waits until there is room.",
    ),
    server(
        "max_request",
        "0",
        Setter::Number(range(0, U32), |o, n| o.max_request = n as u64),
        "Messages after which a worker is replaced, plus the random extra of `max_request_grace`. 0: never.",
    ),
    server(
        "max_request_grace",
        "half of `max_request`",
        Setter::Number(range(0, U32), |o, n| o.max_request_grace = Some(n as u64)),
        "The random extra of `max_request` is less than this, so that workers are not all replaced at once. 0: no extra.",
    ),
    server(
        "max_wait_time",
        "3",
        Setter::Seconds(u32::MAX, |o, time| o.max_wait_time = time),
        "Seconds that a worker may take to stop before it is killed. 0: it is killed at once.",
    ),
    server(
        "reload_async",
        "on",
        Setter::Flag(|o, on| o.reload_async = on),
        "A worker that is told to stop finishes what it has begun, for up to `max_wait_time`.",
    ),
    server(
        "daemonize",
        "off",
        Setter::Flag(|o, on| o.daemonize = on),
        "Leave the terminal and run in the background; output goes to `log_file`, or nowhere.",
    ),
    server(
        "pid_file",
        "none",
        Setter::Path(|o, path| o.pid_file = path),
        "The file that holds the master's process id while the server runs.",
    ),
    server(
        "log_file",
        "none",
        Setter::Path(|o, path| o.log_file = path),
        "The file that the log is appended to. Without it, or if it cannot be opened, the log goes to standard output. SIGRTMIN opens \
         it anew.",
    ),
    server(
        "log_level",
        "2",
        Setter::Number(range(0, 6), |o, n| o.log_level = Level::from_number(n).unwrap_or_default()),
        "The least severe level that is logged: 0 debug, 1 trace, 2 info, 3 notice, 4 warning, 5 error, 6 none.",
    ),
    server(
        "log_date_format",
        "%Y-%m-%d %H:%M:%S",
        Setter::Own("string", "a strftime pattern", log_date_format),
        "The form of the time in a log line.",
    ),
    server(
        "log_date_with_microseconds",
        "off",
        Setter::Flag(|o, on| o.log_date_with_microseconds = on),
        "The time in a log line has microseconds.",
    ),
    server(
        "log_rotation",
        "0",
        Setter::Own("int", "0 to 4", log_rotation),
        "How often the log goes on in a new file, named after the time (`log_file.20261121`): 0 never, 1 monthly, 2 daily, 3 hourly, 4 \
         every minute.",
    ),
    server("user", "none", Setter::Text(|o, text| o.user = text), "The user that workers run as, if root starts the server."),
    server("group", "none", Setter::Text(|o, text| o.group = text), "The group that workers run as, if root starts the server."),
    server(
        "chroot",
        "none",
        Setter::Text(|o, text| o.chroot = text),
        "The root directory of workers, if root starts the server.",
    ),
    server(
        "open_cpu_affinity",
        "off",
        Setter::Flag(|o, on| o.open_cpu_affinity = on),
        "Pin each reactor thread and each worker to a processor.",
    ),
    server(
        "cpu_affinity_ignore",
        "none",
        Setter::Own("array", "processor numbers, from 0", cpu_affinity_ignore),
        "Processors that `open_cpu_affinity` pins nothing to.",
    ),
    server(
        "output_buffer_size",
        "4294967295",
        Setter::Number(range(0, U32), |o, n| o.buffer_output_size = if n == 0 { U32 as u64 } else { n as u64 }),
        "The most bytes that one send may hold in PROCESS mode. 0 means the default.",
    )
    .also(&["buffer_output_size"]),
    Record::new(
        "enable_reuse_port",
        "off",
        State::Built(Target::Both(
            Setter::Flag(|o, on| o.enable_reuse_port = on),
            Setter::Flag(|o, on| o.enable_reuse_port = on),
        )),
        "SO_REUSEPORT: several servers may listen on the same address, and share its connections.",
    ),
    server(
        "ring_memory",
        "67108864",
        Setter::Number(range(MIB, 16 << 30), |o, n| o.ring_memory = if n == 0 { 64 << 20 } else { n as usize }),
        "Bytes of shared memory for the rings between reactor threads and workers, in all. 0 means the default. Swoole has no such \
         option.",
    ),
    server(
        "worker_death_close",
        "in_hand",
        Setter::Own("string", "`in_hand` or `all`", worker_death_close),
        "Which connections are closed when a worker dies: those of which it held an unfinished message, or all that were its own. \
         Swoole has no such option.",
    ),
];

fn dispatch_mode(options: &mut ServerOptions, value: &Value, _: Limits, report: &mut Reporter<'_>) {
    options.dispatch_mode = match value.whole() {
        Some(0 | 2) => DispatchMode::Fixed,
        Some(1) => DispatchMode::RoundRobin,
        Some(3) => DispatchMode::Idle,
        Some(4..=10) => {
            return report.refuse(format_args!("{value} belongs to a later version; this one has the modes 1, 2 and 3"));
        }
        _ => {
            report.warn(format_args!("must be 1, 2 or 3, got {value}; 2 is used"));
            DispatchMode::Fixed
        }
    };
}

fn log_date_format(options: &mut ServerOptions, value: &Value, _: Limits, report: &mut Reporter<'_>) {
    let pattern = value.text().map(|text| String::from_utf8_lossy(&text).into_owned());
    options.log_date_format = pattern.filter(|pattern| is_date_format(pattern));
    if value.is_compound() || (value.is_on() && options.log_date_format.is_none()) {
        report.warn(format_args!("must be a strftime pattern, got {value}; the default is used"));
    }
}

fn log_rotation(options: &mut ServerOptions, value: &Value, _: Limits, report: &mut Reporter<'_>) {
    options.log_rotation = value.whole().and_then(Rotation::from_number).unwrap_or_else(|| {
        report.warn(format_args!("must be 0..=4, got {value}; 0 is used"));
        Rotation::Single
    });
}

fn cpu_affinity_ignore(options: &mut ServerOptions, value: &Value, limits: Limits, report: &mut Reporter<'_>) {
    let Value::List(values) = value else {
        options.cpu_affinity_ignore.clear();
        if value.is_on() {
            report.warn(format_args!("must be a list of processor numbers, got {value}; it is ignored"));
        }
        return;
    };
    let known = |value: &Value| value.whole().and_then(|n| u32::try_from(n).ok()).filter(|cpu| *cpu < limits.cpus);
    let mut ignored: Vec<u32> = values.iter().filter_map(known).collect();
    ignored.sort_unstable();
    ignored.dedup();
    if !ignored.is_empty() && ignored.len() == limits.cpus as usize {
        report.warn(format_args!("must leave a processor, got all {}; it is ignored", limits.cpus));
        ignored.clear();
    } else if let Some(odd) = values.iter().find(|value| known(value).is_none()) {
        let last = limits.cpus.saturating_sub(1);
        report.warn(format_args!("must hold processor numbers of 0..={last}, got {odd}; it is ignored"));
    }
    options.cpu_affinity_ignore = ignored;
}

fn worker_death_close(options: &mut ServerOptions, value: &Value, _: Limits, report: &mut Reporter<'_>) {
    options.worker_death_close = match value {
        Value::Str(text) if text == b"all" => WorkerDeathClose::All,
        Value::Str(text) if text == b"in_hand" => WorkerDeathClose::InHand,
        _ => {
            if value.is_on() {
                report.warn(format_args!("must be 'in_hand' or 'all', got {value}; 'in_hand' is used"));
            }
            WorkerDeathClose::InHand
        }
    };
}
