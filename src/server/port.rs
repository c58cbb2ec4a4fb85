//! `Swoole\Server\Port`: one address that a server listens on, with its own settings and callbacks.

use std::{cell::OnceCell, rc::Rc};

use engine::server;

use super::{
    connections::ConnectionIterator,
    core::Core,
    events::{Callbacks, Event, PortEvent},
    register, settings,
};
use crate::zend::{Call, Callback, Error, Object, PhpString, Result, ServerPortMethods, State, Tracer, Value};

/// What a PHP object holds.
#[derive(Default)]
pub struct ServerPort {
    listening: OnceCell<Listening>,
    callbacks: Callbacks<PortEvent>,
}

/// What the object stands for.
struct Listening {
    core: Rc<Core>,
    index: usize,
}

impl State for ServerPort {
    fn trace(&self, tracer: &mut Tracer) {
        self.callbacks.trace(tracer);
    }
}

impl ServerPort {
    /// The object for a port of the engine's, which is bound.
    pub fn make(core: &Rc<Core>, index: usize, port: &Facts) -> Result<Object<ServerPort>> {
        let object = Object::<ServerPort>::new()?;
        // It has just been made, and stands for nothing yet.
        let _ = object.state().listening.set(Listening { core: Rc::clone(core), index });
        object.set("host", PhpString::new(port.host.as_bytes())?)?;
        object.set("port", i64::from(port.number))?;
        object.set("type", port.kind)?;
        object.set("sock", port.fd)?;
        let number = u16::try_from(index).ok();
        object.set("connections", ConnectionIterator::make(core.handle.clone(), number)?)?;
        Ok(object)
    }

    /// The port's own callback for an event.
    pub fn callback(&self, event: PortEvent) -> Option<Rc<Callback>> {
        self.callbacks.get(event)
    }

    /// What the port's own callbacks are.
    pub fn callbacks(&self) -> &Callbacks<PortEvent> {
        &self.callbacks
    }
}

/// What PHP sees of a port that is bound.
pub struct Facts {
    pub host: String,
    pub number: u16,
    pub kind: i64,
    pub fd: i32,
}

impl From<&server::Port> for Facts {
    fn from(port: &server::Port) -> Facts {
        let listener = &port.listener;
        Facts {
            host: listener.host().to_owned(),
            number: listener.local_port(),
            kind: listener.kind().to_swoole(),
            fd: listener.fd(),
        }
    }
}

/// A port object that no server has made, which only a clever use of Reflection gives.
fn unbound() -> Error {
    Error::Fatal("the port belongs to no server: ports are made by Swoole\\Server::listen()".into())
}

impl ServerPortMethods for ServerPort {
    fn construct(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        Ok(Value::null())
    }

    fn destruct(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        Ok(Value::null())
    }

    fn set(call: &mut Call<Self>) -> Result<Value> {
        let given = call.args(1, 1)?.array()?;
        let listening = call.state().listening.get().ok_or_else(unbound)?;
        settings::set_port(call.this(), &listening.core, listening.index, given)?;
        Ok(Value::null())
    }

    fn on(call: &mut Call<Self>) -> Result<Value> {
        let mut args = call.args(2, 2)?;
        let name = args.string()?;
        let callable = args.value();
        let state = call.state();
        let listening = state.listening.get().ok_or_else(unbound)?;
        let Some(event) = PortEvent::named(name) else { return Err(register::unknown(name)) };
        register::register(&listening.core, call.this(), &state.callbacks, event, callable)?;
        Ok(true.into())
    }

    fn get_callback(call: &mut Call<Self>) -> Result<Value> {
        let name = call.args(1, 1)?.string()?;
        Ok(PortEvent::named(name).map_or_else(Value::null, |event| call.state().callbacks.registered(event)))
    }
}
