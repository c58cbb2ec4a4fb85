//! `Swoole\Process`: a child process, and the way to it. What the child does is in [`child`]; a pool's workers are made by [`Process::of_worker`]. It must
//! not know a server.

mod child;
mod methods;
mod outbox;
mod pool;
mod pool_program;
mod queue;
mod signal;

use std::{
    cell::{Cell, OnceCell, RefCell},
    io,
    rc::Rc,
};

use engine::ipc::pipe::Pipe;

pub use self::{child::run_as_own, pool::ProcessPool};
use self::{
    outbox::{Outbox, Reader},
    queue::Queue,
};
use crate::{
    coroutine::CoroutineSocket,
    zend::{Error, Object, Result, State, Tracer},
};

/// What an object holds; nothing until its constructor has run. The callback is the object's property.
#[derive(Default)]
pub struct Process {
    made: OnceCell<Made>,
}

impl State for Process {
    fn trace(&self, tracer: &mut Tracer) {
        if let Some(made) = self.made.get()
            && let Some(socket) = &*made.exported.borrow()
        {
            tracer.add_object(socket);
        }
    }
}

/// See [`Process`].
pub struct Made {
    life: Cell<Life>,
    pipe: RefCell<Option<Pipe>>,
    /// What `exportSocket()` has given, for the coroutines of this process.
    exported: RefCell<Option<Object<CoroutineSocket>>>,
    /// What the pipe has not taken yet, if something waited.
    outbox: RefCell<Option<Rc<Outbox>>>,
    queue: Cell<Option<Queue>>,
    /// Names it among the processes that this one makes, from 1.
    number: i64,
    /// Whether the child's standard streams are the pipe.
    redirects: bool,
    coroutine: Cell<bool>,
}

/// How far a process has come, as this one sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Life {
    New,
    /// A child of this process, by pid; it may have ended.
    Started(i32),
    /// It is this process.
    Here,
}

thread_local! {
    static LAST_NUMBER: Cell<i64> = const { Cell::new(0) };
}

impl Made {
    fn new(pipe: Option<Pipe>, redirects: bool, coroutine: bool) -> Made {
        let number = LAST_NUMBER.get() + 1;
        LAST_NUMBER.set(number);
        Made {
            life: Cell::new(Life::New),
            pipe: RefCell::new(pipe),
            exported: RefCell::default(),
            outbox: RefCell::default(),
            queue: Cell::new(None),
            number,
            redirects,
            coroutine: Cell::new(coroutine),
        }
    }

    /// Whether the callback is run in a coroutine.
    fn has_coroutine(&self) -> bool {
        self.coroutine.get()
    }

    /// This process is the child from now on.
    fn enter(&self, this: &Object<Process>) -> Result<()> {
        self.life.set(Life::Here);
        // It is for the other end.
        drop(self.exported.take());
        drop(self.outbox.take());
        if let Some(pipe) = &mut *self.pipe.borrow_mut() {
            pipe.become_child();
            if self.redirects {
                // By copies: where a standard stream was closed, its number may be the pipe's own, which is to stay open over exec.
                engine::sys::process::replace_streams_by_number([pipe.fd(); 3])
                    .map_err(|error| Error::Fatal(format!("the standard streams cannot be redirected: {error}")))?;
            }
        }
        self.show_pipe(this)
    }

    /// What waits to be written to the pipe.
    fn outbox(&self) -> Option<Rc<Outbox>> {
        let outbox = self.outbox.borrow().clone()?;
        if outbox.is_pending() {
            return Some(outbox);
        }
        self.outbox.take();
        None
    }

    /// Writes to the pipe: how many bytes were taken. Where a loop is there it does not wait, for the loop may be what the reader waits for.
    fn write(&self, pipe: &Pipe, data: &[u8]) -> io::Result<usize> {
        if let Some(outbox) = self.outbox() {
            return outbox.push(data).map(|()| data.len());
        }
        if !pipe.is_patient() || !outbox::loop_is_there() {
            return pipe.write(data);
        }
        let taken = match pipe.write_now(data) {
            Ok(taken) => taken,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => 0,
            Err(error) => return Err(error),
        };
        if taken < data.len() {
            let reader = match self.life.get() {
                Life::Started(pid) => Reader::Child(pid),
                Life::New | Life::Here => Reader::Unknown,
            };
            match Outbox::new(pipe.borrow()?, reader, &data[taken..]) {
                Ok(outbox) => drop(self.outbox.replace(Some(outbox))),
                // There are no descriptors left for it.
                Err(_) => return pipe.write(&data[taken..]).map(|count| taken + count),
            }
        }
        Ok(data.len())
    }

    fn show_pipe(&self, this: &Object<Process>) -> Result<()> {
        let fd = self.pipe.borrow().as_ref().and_then(Pipe::fd);
        match fd {
            Some(fd) => this.set("pipe", fd),
            None => Ok(()),
        }
    }
}

impl Process {
    fn made(&self) -> Result<&Made> {
        self.made.get().ok_or_else(|| Error::Fatal("the constructor of Swoole\\Process was not called".into()))
    }

    /// An object for a process that somebody else has started, or is in: its pid, its number, and the pipe to it (or, in it, from it).
    ///
    /// # Errors
    /// `Pending` when it cannot be made.
    pub fn of_worker(pid: i32, id: i64, pipe: Option<Pipe>) -> Result<Object<Process>> {
        let this = Object::<Process>::new()?;
        let life = if pid == engine::sys::process::pid() { Life::Here } else { Life::Started(pid) };
        let made = Made::new(pipe, false, false);
        made.life.set(life);
        made.show_pipe(&this)?;
        this.set("pid", pid)?;
        this.set("id", id)?;
        // The object is new.
        let _ = this.state().made.set(made);
        Ok(this)
    }

    /// For whoever is going to start it otherwise than by `start()`.
    ///
    /// # Errors
    /// A warning when it has been started; a fatal error when its constructor was not called.
    pub fn check_startable(&self) -> Result<()> {
        match self.made()?.life.get() {
            Life::New => Ok(()),
            Life::Started(_) | Life::Here => Err(Error::Warning("process has already been started".into())),
        }
    }
}
