//! `Swoole\Client`: turns PHP's words into those of the engine's client. It must not know a socket.
//!
//! A connection belongs to its object and is closed with it. What SWOOLE_KEEP keeps is the one thing that outlives a request: it belongs
//! to the process, in [`POOL`].

mod settings;

use std::cell::RefCell;
use std::net::Shutdown;

use engine::{
    client::{Client as Socket, ClientError, Endpoint, KeepPool, MsgFlags, SocketKind, Timeout, timeout_from_secs},
    sys::RecvBuf,
};

use crate::{
    last_error,
    zend::{Array, Call, ClientMethods, Error, ExceptionClass, PhpString, Result, State, Value, constants},
};

thread_local! {
    /// The kept connections that no object uses.
    static POOL: RefCell<KeepPool> = const { RefCell::new(KeepPool::new()) };
}

/// Beside the kind of socket in the constructor's first argument. A client always waits: the first two say nothing.
const TYPE_FLAGS: i64 = constants::SWOOLE_ASYNC | constants::SWOOLE_SYNC | constants::SWOOLE_SSL | constants::SWOOLE_KEEP;

/// The most that a receive without MSG_WAITALL has room for. It may give less than was asked for at any time, and no socket holds more.
const LARGEST_PIECE: usize = 8 << 20;

/// What a PHP object holds.
#[derive(Default)]
pub struct Client(RefCell<Phase>);

/// How far the object is.
#[derive(Default)]
#[expect(clippy::large_enum_variant, reason = "it lies in the object's own block and never moves")]
enum Phase {
    /// The constructor has not run: a subclass can leave it out.
    #[default]
    Unmade,
    /// It can connect, or has connected.
    Made {
        socket: Socket,
        /// With SWOOLE_KEEP: the id under which its connections are kept.
        keep: Option<Vec<u8>>,
    },
}

impl State for Client {}

impl Client {
    /// Runs `work` on the client, in which no PHP code can run.
    fn with<R>(&self, work: impl FnOnce(&mut Socket) -> Result<R, ClientError>) -> Result<R, ClientError> {
        match &mut *self.0.borrow_mut() {
            Phase::Made { socket, .. } => work(socket),
            Phase::Unmade => Err(ClientError::NotConnected),
        }
    }

    /// Lets go of the connection: keeps it where SWOOLE_KEEP says so, unless `force`.
    fn close(&self, force: bool) -> Result<(), ClientError> {
        self.with(|socket| if force { socket.close() } else { POOL.with_borrow_mut(|pool| socket.keep(pool)) })
    }

    /// Connects, by way of the pool with SWOOLE_KEEP: how many clients have used the connection before.
    fn connect(&self, host: &[u8], port: i64, timeout: Option<Timeout>, flag: i64) -> Option<Result<u64, ClientError>> {
        let mut phase = self.0.borrow_mut();
        let Phase::Made { socket, keep } = &mut *phase else { return None };
        let timeout = timeout.unwrap_or(socket.options.timeout);
        socket.options.connect_datagram = flag == 1;
        Some(match keep {
            Some(id) => POOL.with_borrow_mut(|pool| socket.connect_kept(pool, id, host, port, timeout)),
            None => socket.connect(host, port, timeout).map(|()| 0),
        })
    }
}

/// Notes an error where PHP code looks for it.
fn note(call: &Call<Client>, error: &ClientError) -> Result<()> {
    last_error::set(error.code());
    call.this().set("errCode", error.code())
}

/// Notes an error, which ends the handler with a warning and false.
fn failed(call: &Call<Client>, error: ClientError) -> Error {
    match note(call, &error) {
        Ok(()) => Error::Warning(error.to_string()),
        Err(pending) => pending,
    }
}

/// An exception of PHP's own class `Error`.
fn wrong_use(text: &str) -> Error {
    Error::Exception { class: ExceptionClass::Error, text: text.into(), code: 0 }
}

fn flags(bits: i64) -> MsgFlags {
    // The bits of the system's flags are within an int; there are none above.
    MsgFlags::from_bits_truncate(bits as i32)
}

fn address(endpoint: Endpoint) -> Result<Value> {
    let (host, port) = match endpoint {
        Endpoint::Inet(inet) => (inet.ip().to_string().into_bytes(), inet.port()),
        Endpoint::Unix(path) => (path, 0),
    };
    let mut array = Array::new(2)?;
    array.set("host", PhpString::new(&host)?)?;
    array.set("port", i64::from(port))?;
    Ok(array.into())
}

/// The descriptor of the open socket, where PHP code sees it.
fn show_socket(call: &Call<Client>) -> Result<()> {
    match call.state().with(|socket| Ok(socket.fd())) {
        Ok(Some(fd)) => call.this().set("sock", fd),
        _ => Ok(()),
    }
}

impl ClientMethods for Client {
    fn construct(call: &mut Call<Self>) -> Result<Value> {
        if call.count() == 0 {
            return Err(wrong_use("socket type param is required"));
        }
        let mut args = call.args(1, 3)?;
        let number = args.int()?;
        let is_async = args.or(false, |args| args.bool())?;
        let id = args.or(&b""[..], |args| args.string())?.to_vec();
        let Some(kind) = SocketKind::from_swoole(number & !TYPE_FLAGS) else {
            let text =
                format!("Swoole\\Client::__construct() expects parameter 1 to be client type, unknown type {number} given");
            return Err(Error::Exception { class: ExceptionClass::TypeError, text, code: 0 });
        };
        if is_async {
            return Err(wrong_use("The $async parameter is not supported"));
        }
        if number & constants::SWOOLE_SSL != 0 {
            return Err(wrong_use("SWOOLE_SSL is known but not built yet in this version"));
        }
        call.this().set("type", number)?;
        if !id.is_empty() {
            call.this().set("id", PhpString::new(&id)?)?;
        }
        let keep = (number & constants::SWOOLE_KEEP != 0).then_some(id);
        call.state().0.replace(Phase::Made { socket: Socket::new(kind), keep });
        Ok(Value::null())
    }

    fn destruct(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        // A client that is not connected has nothing to let go of.
        let _ = call.state().close(false);
        Ok(Value::null())
    }

    fn set(call: &mut Call<Self>) -> Result<Value> {
        settings::set(call)
    }

    fn connect(call: &mut Call<Self>) -> Result<Value> {
        let mut args = call.args(1, 4)?;
        let host = args.string()?;
        let port = args.or(0, |args| args.int())?;
        let timeout = args.or(None, |args| args.float().map(|secs| Some(timeout_from_secs(secs))))?;
        let flag = args.or(0, |args| args.int())?;
        let connected = call.state().connect(host, port, timeout, flag);
        let connected = connected.ok_or_else(|| wrong_use("the constructor of Swoole\\Client was not called"))?;
        let reuse_count = connected.map_err(|error| failed(call, error))?;
        show_socket(call)?;
        call.this().set("reuse", reuse_count > 0)?;
        call.this().set("reuseCount", i64::try_from(reuse_count).unwrap_or(i64::MAX))?;
        Ok(true.into())
    }

    fn recv(call: &mut Call<Self>) -> Result<Value> {
        let mut args = call.args(0, 2)?;
        let size = args.or(65_536, |args| args.int())?;
        let flags = flags(args.or(0, |args| args.int())?);
        let Ok(mut size) = usize::try_from(size) else {
            return Err(Error::Exception {
                class: ExceptionClass::ValueError,
                text: format!("Swoole\\Client::recv(): Argument #1 ($size) must be at least 0, got {size}"),
                code: 0,
            });
        };
        if !flags.contains(MsgFlags::MSG_WAITALL) {
            size = size.min(LARGEST_PIECE);
        }
        let received = call.state().with(|socket| {
            // Before room is made for something that will not come.
            socket.connection()?;
            Ok(PhpString::fill(size, |memory| {
                let mut buf = RecvBuf::new(memory);
                socket.recv(&mut buf, flags).map(|_| buf.into_filled())
            }))
        });
        match received.map_err(|error| failed(call, error))?? {
            Ok(string) => {
                if string.as_bytes().is_empty() {
                    call.this().set("errCode", 0)?;
                }
                Ok(string.into())
            }
            // Who does not want to wait expects this answer: no warning.
            Err(error) if flags.contains(MsgFlags::MSG_DONTWAIT) && error.would_block() => {
                note(call, &error)?;
                Ok(false.into())
            }
            Err(error) => Err(failed(call, error)),
        }
    }

    fn send(call: &mut Call<Self>) -> Result<Value> {
        let mut args = call.args(1, 2)?;
        let data = args.string()?;
        let flags = flags(args.or(0, |args| args.int())?);
        let sent = call.state().with(|socket| socket.send(data, flags));
        let count = sent.map_err(|error| failed(call, error))?;
        // A string is no longer than an int can say.
        Ok((count as i64).into())
    }

    fn sendto(call: &mut Call<Self>) -> Result<Value> {
        let mut args = call.args(3, 3)?;
        let (host, port, data) = (args.string()?, args.int()?, args.string()?);
        let sent = call.state().with(|socket| socket.send_to(host, port, data));
        match sent {
            Ok(_) => {
                show_socket(call)?;
                Ok(true.into())
            }
            Err(error) if host.is_empty() => {
                note(call, &error)?;
                Ok(false.into())
            }
            Err(error) => Err(failed(call, error)),
        }
    }

    fn shutdown(call: &mut Call<Self>) -> Result<Value> {
        let how = match call.args(1, 1)?.int()? {
            0 => Shutdown::Read,
            1 => Shutdown::Write,
            2 => Shutdown::Both,
            other => return Err(Error::Warning(format!("must be SHUT_RD, SHUT_WR or SHUT_RDWR, got {other}"))),
        };
        let done = call.state().with(|socket| socket.shutdown(how));
        done.map(|()| true.into()).map_err(|error| failed(call, error))
    }

    fn is_connected(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        Ok(call.state().with(|socket| Ok(socket.is_connected())).unwrap_or(false).into())
    }

    fn getsockname(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        let found = call.state().with(|socket| socket.local_addr());
        address(found.map_err(|error| failed(call, error))?)
    }

    fn getpeername(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        let found = call.state().with(|socket| socket.peer_addr());
        address(found.map_err(|error| failed(call, error))?)
    }

    fn close(call: &mut Call<Self>) -> Result<Value> {
        let force = call.args(0, 1)?.or(false, |args| args.bool())?;
        let closed = call.state().close(force);
        closed.map(|()| true.into()).map_err(|error| failed(call, error))
    }
}
