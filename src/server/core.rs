//! The engine's server behind a `Swoole\Server` and its ports, and how far its life has come. It holds no PHP value, because several objects
//! share it.

use std::cell::{Cell, RefCell};

use engine::server::{Handle, Server};

use super::room::Waiters;
use crate::{
    last_error,
    zend::{Error, constants},
};

thread_local! {
    static MADE: Cell<bool> = const { Cell::new(false) };
}

/// See the module.
pub struct Core {
    stage: RefCell<Stage>,
    /// The way in for callbacks.
    pub handle: Handle,
    /// Coroutines that wait to send.
    pub waiters: Waiters,
}

enum Stage {
    /// It can be changed and started.
    Idle(Box<Server>),
    /// `start` has it.
    Running,
    /// It has run. Signals, ports and workers are the process's, so there is no second time.
    Over,
}

impl Core {
    /// For a server whose first port is bound. From now on there is no second server in this process.
    pub fn new(server: Server) -> Core {
        MADE.set(true);
        Core { handle: server.handle(), waiters: Waiters::default(), stage: RefCell::new(Stage::Idle(Box::new(server))) }
    }

    /// Whether a server was made in this process before.
    pub fn was_made() -> bool {
        MADE.get()
    }

    /// Changes the server, as long as it has not been started. No PHP code may run in `change`.
    ///
    /// # Errors
    /// A warning that names what cannot be done any more.
    pub fn change<R>(&self, what: &str, change: impl FnOnce(&mut Server) -> R) -> Result<R, Error> {
        match &mut *self.stage.borrow_mut() {
            Stage::Idle(server) => Ok(change(server)),
            other => Err(other.refuse(what)),
        }
    }

    /// Takes the server to run it.
    ///
    /// # Errors
    /// A warning when it was started before.
    pub fn begin(&self) -> Result<Box<Server>, Error> {
        let mut stage = self.stage.borrow_mut();
        match std::mem::replace(&mut *stage, Stage::Running) {
            Stage::Idle(server) => Ok(server),
            before => {
                *stage = before;
                Err(stage.refuse("start"))
            }
        }
    }

    /// Whether it runs, in this process's view: also in the Shutdown callback, in which there is not much left to reach.
    #[inline]
    pub fn is_running(&self) -> bool {
        matches!(*self.stage.borrow(), Stage::Running)
    }

    /// It has run.
    pub fn end(&self) {
        *self.stage.borrow_mut() = Stage::Over;
    }
}

impl Stage {
    /// A warning, after which the function returns false.
    fn refuse(&self, what: &str) -> Error {
        last_error::set(constants::SWOOLE_ERROR_PHP_FATAL_ERROR as i32);
        Error::Warning(match self {
            Stage::Over => format!("The server have been shutdown, unable to {what}"),
            Stage::Idle(_) | Stage::Running => format!("server is running, unable to {what}"),
        })
    }
}
