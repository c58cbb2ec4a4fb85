//! The events that callbacks are registered for, by name, and where the callbacks are kept. It must not know when they are called.

use std::{cell::RefCell, rc::Rc};

use crate::zend::{Callback, Tracer, Value};

/// An event of the server as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServerEvent {
    Start,
    BeforeShutdown,
    Shutdown,
    WorkerStart,
    WorkerStop,
    BeforeReload,
    AfterReload,
    WorkerExit,
    WorkerError,
    Task,
    Finish,
    ManagerStart,
    ManagerStop,
    PipeMessage,
}

/// An event of a port's connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PortEvent {
    Connect,
    Receive,
    Close,
    Packet,
    BufferFull,
    BufferEmpty,
    Request,
    Handshake,
    Open,
    Message,
    Disconnect,
    BeforeHandshakeResponse,
}

/// A kind of events: each has a place in a table of callbacks, and the private property that shows its callback.
pub trait Event: Copy + 'static {
    /// The events with the properties, whose names are theirs behind "on". An event's place is its number.
    const ALL: &'static [(Self, &'static str)];

    /// The event's place.
    fn index(self) -> usize;

    /// The event that a name means, without regard to case.
    fn named(name: &[u8]) -> Option<Self> {
        Self::ALL.iter().find(|(_, property)| property.as_bytes()[2..].eq_ignore_ascii_case(name)).map(|(event, _)| *event)
    }

    /// The property.
    fn property(self) -> &'static str {
        Self::ALL[self.index()].1
    }
}

impl Event for ServerEvent {
    const ALL: &'static [(ServerEvent, &'static str)] = &[
        (ServerEvent::Start, "onStart"),
        (ServerEvent::BeforeShutdown, "onBeforeShutdown"),
        (ServerEvent::Shutdown, "onShutdown"),
        (ServerEvent::WorkerStart, "onWorkerStart"),
        (ServerEvent::WorkerStop, "onWorkerStop"),
        (ServerEvent::BeforeReload, "onBeforeReload"),
        (ServerEvent::AfterReload, "onAfterReload"),
        (ServerEvent::WorkerExit, "onWorkerExit"),
        (ServerEvent::WorkerError, "onWorkerError"),
        (ServerEvent::Task, "onTask"),
        (ServerEvent::Finish, "onFinish"),
        (ServerEvent::ManagerStart, "onManagerStart"),
        (ServerEvent::ManagerStop, "onManagerStop"),
        (ServerEvent::PipeMessage, "onPipeMessage"),
    ];

    fn index(self) -> usize {
        self as usize
    }
}

impl Event for PortEvent {
    const ALL: &'static [(PortEvent, &'static str)] = &[
        (PortEvent::Connect, "onConnect"),
        (PortEvent::Receive, "onReceive"),
        (PortEvent::Close, "onClose"),
        (PortEvent::Packet, "onPacket"),
        (PortEvent::BufferFull, "onBufferFull"),
        (PortEvent::BufferEmpty, "onBufferEmpty"),
        (PortEvent::Request, "onRequest"),
        (PortEvent::Handshake, "onHandshake"),
        (PortEvent::Open, "onOpen"),
        (PortEvent::Message, "onMessage"),
        (PortEvent::Disconnect, "onDisconnect"),
        (PortEvent::BeforeHandshakeResponse, "onBeforeHandshakeResponse"),
    ];

    fn index(self) -> usize {
        self as usize
    }
}

/// The callbacks of one object.
pub struct Callbacks<E: Event>(RefCell<Vec<Option<Rc<Callback>>>>, std::marker::PhantomData<E>);

impl<E: Event> Default for Callbacks<E> {
    fn default() -> Callbacks<E> {
        Callbacks(RefCell::new(vec![None; E::ALL.len()]), std::marker::PhantomData)
    }
}

impl<E: Event> Callbacks<E> {
    /// The callback for an event.
    pub fn get(&self, event: E) -> Option<Rc<Callback>> {
        self.0.borrow()[event.index()].clone()
    }

    /// Registers one, in place of the one before.
    pub fn set(&self, event: E, callback: Callback) {
        let before = self.0.borrow_mut()[event.index()].replace(Rc::new(callback));
        // Letting go of it may run a destructor, which may look here.
        drop(before);
    }

    /// What was registered for an event, null if nothing.
    pub fn registered(&self, event: E) -> Value {
        self.get(event).map_or_else(Value::null, |callback| callback.value().clone())
    }

    /// Shows the garbage collector what is held.
    pub fn trace(&self, tracer: &mut Tracer) {
        self.0.borrow().iter().flatten().for_each(|callback| callback.trace(tracer));
    }
}
