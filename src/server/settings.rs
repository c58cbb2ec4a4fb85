//! `set()` of a server and of a port: what was given is kept as it was given, and the engine reads what it knows. It must not know which
//! options there are.

use engine::{
    log,
    options::{Notice, NoticeLevel, set_on_server},
    server,
};

use super::{Server, ServerPort, core::Core};
use crate::{
    option_value::neutral,
    zend::{Array, Bound, Error, Key, Level, Object, Result, Value, raise},
};

/// Sets options of the server, and those of ports on its first one.
pub fn set_server(this: &Object<Server>, core: &Core, first: &Object<ServerPort>, given: &Array) -> Result<()> {
    let notices = core.change("set options", |server| {
        let mut notices = Vec::new();
        let mut port = server.port_mut(0).map(|port| port.options.clone()).unwrap_or_default();
        for (name, value) in options(given) {
            set_on_server(server.options_mut(), &mut port, &name, &value, &mut notices);
        }
        if let Some(first) = server.port_mut(0) {
            first.options = port;
        }
        notices
    })?;
    keep(this, given)?;
    keep(first, given)?;
    tell(notices, "Swoole\\Server::set(): ")
}

/// Sets options of one port.
pub fn set_port(this: &Object<ServerPort>, core: &Core, index: usize, given: &Array) -> Result<()> {
    let notices = core.change("set options", |server| {
        let mut notices = Vec::new();
        if let Some(port) = server.port_mut(index) {
            options(given).for_each(|(name, value)| port.options.apply(&name, &value, &mut notices));
        }
        notices
    })?;
    keep(this, given)?;
    tell(notices, "Swoole\\Server\\Port::set(): ")
}

/// At the start: what programs read of the settings that they have not set.
pub fn fill_in(this: &Object<Server>, server: &server::Server) -> Result<()> {
    let before = this.get("setting")?;
    let mut setting = before.as_array().cloned().map_or_else(|| Array::new(4), Ok)?;
    let (workers, connections) = server.sizes();
    let facts = [
        ("worker_num", i64::from(workers)),
        ("task_worker_num", 0),
        ("output_buffer_size", i64::from(u32::MAX)),
        ("max_connection", i64::from(connections)),
    ];
    for (name, number) in facts {
        if setting.get(name).is_none_or(Value::is_null) {
            setting.set(name, number)?;
        }
    }
    this.set("setting", setting)
}

fn options(given: &Array) -> impl Iterator<Item = (String, engine::options::Value)> {
    given.iter().map(|(key, value)| {
        let name = match key {
            Key::Name(name) => String::from_utf8_lossy(name).into_owned(),
            Key::Index(index) => index.to_string(),
        };
        (name, neutral(value))
    })
}

/// Merges what was given into the property.
fn keep<T: Bound>(this: &Object<T>, given: &Array) -> Result<()> {
    let before = this.get("setting")?;
    let mut merged = before.as_array().cloned().map_or_else(|| Array::new(given.len()), Ok)?;
    drop(before);
    for (key, value) in given.iter() {
        merged.set_key(key, value.clone())?;
    }
    this.set("setting", merged)
}

/// `caller` leads the engine's texts; PHP puts it before what is shown by itself.
fn tell(notices: Vec<Notice>, caller: &str) -> Result<()> {
    for Notice { level, text } in notices {
        match level {
            NoticeLevel::LogWarning => log::write(log::Level::Warning, format_args!("{text}")),
            NoticeLevel::UserWarning => raise(Level::UserWarning, &text, false)?,
            NoticeLevel::Fatal => return Err(Error::Fatal(text.strip_prefix(caller).unwrap_or(&text).into())),
        }
    }
    Ok(())
}
