//! `Swoole\Connection\Iterator`: the open connections of a server, or of one of its ports.

use std::cell::{Cell, OnceCell, RefCell};

use engine::server::Handle;

use super::info;
use crate::zend::{Call, ConnectionIteratorMethods, Object, Result, State, Value};

/// What a PHP object holds.
#[derive(Default)]
pub struct ConnectionIterator {
    /// None in one that a program made by itself: it has no connections.
    source: OnceCell<Source>,
    /// The sessions that were open at the last rewind.
    sessions: RefCell<Vec<u64>>,
    /// Where in them it is.
    place: Cell<usize>,
}

struct Source {
    handle: Handle,
    /// The port's index; all ports when none.
    port: Option<u16>,
}

impl State for ConnectionIterator {}

impl ConnectionIterator {
    /// One for a server, or for one of its ports.
    pub fn make(handle: Handle, port: Option<u16>) -> Result<Object<ConnectionIterator>> {
        let object = Object::<ConnectionIterator>::new()?;
        // It has just been made, and has no source yet.
        let _ = object.state().source.set(Source { handle, port });
        Ok(object)
    }

    fn session(&self) -> Option<u64> {
        self.sessions.borrow().get(self.place.get()).copied()
    }
}

/// The session that an argument of ArrayAccess means.
fn session(call: &Call<ConnectionIterator>) -> Result<Option<u64>> {
    Ok(u64::try_from(call.args(1, 1)?.int()?).ok())
}

impl ConnectionIteratorMethods for ConnectionIterator {
    fn construct(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        Ok(Value::null())
    }

    fn destruct(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        Ok(Value::null())
    }

    fn rewind(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        let state = call.state();
        let open = state.source.get().map(|source| source.handle.connections(source.port)).unwrap_or_default();
        *state.sessions.borrow_mut() = open.into_iter().map(|(session, _)| session).collect();
        state.place.set(0);
        Ok(Value::null())
    }

    fn next(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        let place = &call.state().place;
        place.set(place.get().saturating_add(1));
        Ok(Value::null())
    }

    fn current(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        Ok(call.state().session().map_or_else(Value::null, |session| Value::from(session as i64)))
    }

    fn key(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        Ok(Value::from(call.state().place.get() as i64 + 1))
    }

    fn valid(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        Ok(call.state().session().is_some().into())
    }

    fn count(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        let count = call.state().source.get().map_or(0, |source| source.handle.connection_count(source.port));
        Ok(Value::from(count as i64))
    }

    fn offset_exists(call: &mut Call<Self>) -> Result<Value> {
        let session = session(call)?;
        let source = call.state().source.get();
        Ok(session.zip(source).is_some_and(|(session, source)| source.handle.exists(session)).into())
    }

    fn offset_get(call: &mut Call<Self>) -> Result<Value> {
        let session = session(call)?;
        let source = call.state().source.get();
        match session.zip(source).and_then(|(session, source)| source.handle.client_info(session)) {
            Some(found) => info::client(&found),
            None => Ok(false.into()),
        }
    }

    fn offset_set(call: &mut Call<Self>) -> Result<Value> {
        call.args(2, 2)?;
        Ok(Value::null())
    }

    fn offset_unset(call: &mut Call<Self>) -> Result<Value> {
        call.args(1, 1)?;
        Ok(Value::null())
    }
}
