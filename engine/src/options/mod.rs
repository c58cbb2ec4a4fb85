//! Options: one record each, typed structs with what was set, and notices about what was odd. Pure code.
//!
//! What programs set today stays accepted: null leaves an option as it is, numeric text is a number, 0, "" and false are off, and a
//! number out of its range is clamped with one notice. It must not know who sets options, or how a notice is shown.

mod docs;
mod limits;
mod notice;
mod port;
mod records;
mod server;
mod setter;
mod value;

pub use docs::markdown;
pub use limits::Limits;
pub use notice::{Notice, NoticeLevel};
pub use port::PortOptions;
pub use server::{DispatchMode, ServerOptions, WorkerDeathClose};
pub use value::Value;

use notice::Reporter;
use records::{Record, Scope, State, Target};

const SERVER_SET: &str = "Swoole\\Server::set";
const PORT_SET: &str = "Swoole\\Server\\Port::set";

/// All names that an option is known by, aliases too.
pub fn names() -> impl Iterator<Item = &'static str> {
    records::all().flat_map(Record::names)
}

/// Sets an option on a server: one of the server's own, or one of its first port's, or one of both.
pub fn set_on_server(server: &mut ServerOptions, first: &mut PortOptions, name: &str, value: &Value, notices: &mut Vec<Notice>) {
    let limits = server.limits;
    set(Some(server), Some(first), limits, name, value, &mut Reporter { caller: SERVER_SET, name, notices });
}

impl ServerOptions {
    /// Sets one option from outside. One that belongs to ports is passed over; see [`set_on_server`].
    pub fn apply(&mut self, name: &str, value: &Value, notices: &mut Vec<Notice>) {
        let limits = self.limits;
        set(Some(self), None, limits, name, value, &mut Reporter { caller: SERVER_SET, name, notices });
    }
}

impl PortOptions {
    /// Sets one option from outside. One that belongs to the server is passed over: programs give a port the server's settings too.
    pub fn apply(&mut self, name: &str, value: &Value, notices: &mut Vec<Notice>) {
        let limits = Limits::of_this_machine();
        set(None, Some(self), limits, name, value, &mut Reporter { caller: PORT_SET, name, notices });
    }
}

fn set(
    server: Option<&mut ServerOptions>,
    port: Option<&mut PortOptions>,
    limits: Limits,
    name: &str,
    value: &Value,
    report: &mut Reporter<'_>,
) {
    let Some(record) = records::find(name) else { return unknown(name, report) };
    if *value == Value::Null {
        return;
    }
    match &record.state {
        State::Built(target) => {
            let (for_server, for_port) = match target {
                Target::Server(setter) => (Some(setter), None),
                Target::Port(setter) => (None, Some(setter)),
                Target::Both(server, port) => (Some(server), Some(port)),
            };
            if let (Some(setter), Some(options)) = (for_server, server) {
                setter.set(options, value, limits, report);
            }
            if let (Some(setter), Some(options)) = (for_port, port) {
                setter.set(options, value, limits, report);
            }
        }
        State::Silent(..) => {}
        State::Later(Scope::Server, _, check) if server.is_some() => later(record, *check, value, report),
        State::Later(Scope::Port, _, check) if port.is_some() => later(record, *check, value, report),
        State::Later(..) => {}
    }
}

/// An option that is not built yet. What asks for nothing but the default asks for nothing that is missing.
fn later(record: &Record, check: Option<records::Check>, value: &Value, report: &mut Reporter<'_>) {
    let before = report.notices.len();
    if let Some(check) = check {
        check(value, report);
    }
    if report.notices.len() == before && !record.is_default(value) {
        report.add(
            NoticeLevel::LogWarning,
            format!("{}(): option [{}] is known but not built yet in this version", report.caller, report.name),
        );
    }
}

fn unknown(name: &str, report: &mut Reporter<'_>) {
    let hint = records::nearest(name).map_or(String::new(), |known| format!(", did you mean '{known}'?"));
    report.add(NoticeLevel::UserWarning, format!("unsupported option [{name}]{hint}"));
}
