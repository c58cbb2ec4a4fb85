//! `Swoole\Coroutine\Client`: PHP's words turned into those of [`Socket`]. It must not know a descriptor.

mod options;

use std::{
    cell::{Cell, RefCell},
    ffi::OsStr,
    os::unix::ffi::OsStrExt,
    path::Path,
    rc::Rc,
};

use engine::{client::Cause, net::SocketKind, tls::pem_of};
use socket2::SockAddr;

use self::options::Options;
use super::{
    scheduler,
    socket::{CoroutineSocket, Socket, Timeouts, address},
    stream::{cause, errno_cause},
    told::{Shows, answer, told},
};
use crate::zend::{
    Call, CoroutineClientMethods, Error, ExceptionClass, Object, PhpString, Result, State, Tracer, Value, constants, error_text,
};

/// Beside the kind of socket in the constructor's argument. The first two say nothing.
const TYPE_FLAGS: i64 = constants::SWOOLE_ASYNC | constants::SWOOLE_SYNC | constants::SWOOLE_SSL | constants::SWOOLE_KEEP;

/// What a PHP object holds.
#[derive(Default)]
pub struct CoroutineClient {
    phase: RefCell<Phase>,
    options: RefCell<Options>,
    /// What `errCode` shows.
    shown: Cell<i32>,
}

/// How far the client is.
#[derive(Default)]
enum Phase {
    /// The constructor has not run: a subclass can leave it out.
    #[default]
    Unmade,
    /// It can connect.
    Made(SocketKind),
    /// It is about to connect.
    Connecting(SocketKind, Rc<Socket>),
    /// It has a socket.
    Open(SocketKind, Connection),
}

#[derive(Clone)]
struct Connection {
    socket: Rc<Socket>,
    object: Object<CoroutineSocket>,
    /// What it was connected to.
    host: Rc<[u8]>,
    /// Who has sent the last datagram.
    sender: Rc<RefCell<Option<SockAddr>>>,
}

impl State for CoroutineClient {
    fn trace(&self, tracer: &mut Tracer) {
        if let Ok(phase) = self.phase.try_borrow()
            && let Phase::Open(_, connection) = &*phase
        {
            tracer.add_object(&connection.object);
        }
    }
}

fn own_cause(code: i64) -> Cause {
    Cause { code: code as i32, text: error_text(code).unwrap_or("unknown error").into() }
}

fn not_connected() -> Cause {
    own_cause(constants::SWOOLE_ERROR_CLIENT_NO_CONNECTION)
}

impl CoroutineClient {
    fn kind(&self) -> Result<SocketKind> {
        match &*self.phase.borrow() {
            Phase::Made(kind) | Phase::Connecting(kind, _) | Phase::Open(kind, _) => Ok(*kind),
            Phase::Unmade => Err(Error::Exception {
                class: ExceptionClass::Error,
                text: "the constructor of Swoole\\Coroutine\\Client was not called".into(),
                code: 0,
            }),
        }
    }

    /// The connection, if there is one.
    fn connection(&self) -> Result<Connection, Cause> {
        match &*self.phase.borrow() {
            Phase::Open(_, connection) if !connection.socket.is_closed() => Ok(connection.clone()),
            _ => Err(not_connected()),
        }
    }

    /// A new socket of its kind, with all that was set.
    fn open(&self, kind: SocketKind) -> Result<Rc<Socket>, Cause> {
        self.options.borrow().open(kind).map(Rc::new).map_err(|error| cause(&error))
    }
}

impl Shows for CoroutineClient {
    fn shown(&self) -> &Cell<i32> {
        &self.shown
    }
}

/// The connection of a call; without one the call ends in false, which is told.
fn connected(call: &Call<CoroutineClient>) -> Result<Option<Connection>> {
    told(call.this(), call.state().connection())
}

/// Takes a socket for the client's own, where PHP code sees it.
fn adopt(call: &Call<CoroutineClient>, kind: SocketKind, socket: Rc<Socket>, host: &[u8]) -> Result<Connection> {
    let object = CoroutineSocket::object(Rc::clone(&socket))?;
    call.this().set("fd", socket.stream().descriptor().number())?;
    call.this().set("socket", object.clone())?;
    call.this().set("connected", true)?;
    let connection = Connection { socket, object, host: host.into(), sender: Rc::default() };
    call.state().phase.replace(Phase::Open(kind, connection.clone()));
    Ok(connection)
}

/// Lets go of what the client has: false if it has nothing.
fn close(call: &Call<CoroutineClient>) -> Result<bool> {
    let state = call.state();
    let before = match &*state.phase.borrow() {
        Phase::Unmade | Phase::Made(_) => None,
        Phase::Connecting(kind, socket) => Some((*kind, Rc::clone(socket))),
        Phase::Open(kind, connection) => Some((*kind, Rc::clone(&connection.socket))),
    };
    let Some((kind, socket)) = before else { return Ok(false) };
    drop(state.phase.replace(Phase::Made(kind)));
    let this = call.this();
    this.set("connected", false)?;
    this.set("fd", -1)?;
    // The property's object may be the last one, and may be shown to somebody else.
    if let Some(object) = this.get("socket")?.as_object().and_then(|object| object.downcast::<CoroutineSocket>()) {
        object.set("fd", -1)?;
    }
    this.set("socket", Value::null())?;
    socket.close()
}

fn in_a_coroutine() -> Result<()> {
    match scheduler::current() {
        Some(_) => Ok(()),
        None => Err(scheduler::no_coroutine()),
    }
}

impl CoroutineClientMethods for CoroutineClient {
    fn construct(call: &mut Call<Self>) -> Result<Value> {
        let number = call.args(1, 1)?.int()?;
        let Some(kind) = SocketKind::from_swoole(number & !TYPE_FLAGS) else {
            let text = format!(
                "Swoole\\Coroutine\\Client::__construct() expects parameter 1 to be client type, unknown type {number} given"
            );
            return Err(Error::Exception { class: ExceptionClass::TypeError, text, code: 0 });
        };
        call.this().set("type", number)?;
        call.state().options.borrow_mut().settings.tls_on = number & constants::SWOOLE_SSL != 0;
        call.state().phase.replace(Phase::Made(kind));
        Ok(Value::null())
    }

    fn destruct(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        // The socket lives on with whoever has it by exportSocket(), as does the connection.
        Ok(Value::null())
    }

    fn set(call: &mut Call<Self>) -> Result<Value> {
        options::set(call)
    }

    fn connect(call: &mut Call<Self>) -> Result<Value> {
        let mut args = call.args(1, 4)?;
        let host = args.string()?;
        let port = args.or(0, |args| args.int())?;
        let timeout = args.or(0.0, |args| args.float())?;
        let kind = call.state().kind()?;
        in_a_coroutine()?;
        if !matches!(&*call.state().phase.borrow(), Phase::Made(_)) {
            return answer(call, Err::<bool, _>(errno_cause(libc::EISCONN)));
        }
        if host.is_empty() {
            return answer(call, Err::<bool, _>(errno_cause(libc::EINVAL)));
        }
        let socket = match told(call.this(), call.state().open(kind))? {
            Some(socket) => socket,
            None => return Ok(false.into()),
        };
        if timeout != 0.0 {
            // It holds for what comes after it, too.
            socket.set_timeouts(Timeouts { connect: timeout, read: timeout, write: timeout });
        }
        call.state().phase.replace(Phase::Connecting(kind, Rc::clone(&socket)));
        let ended = socket.connect(host, port, 0.0);
        let is_ours = matches!(&*call.state().phase.borrow(), Phase::Connecting(_, ours) if Rc::ptr_eq(ours, &socket));
        match ended {
            Ok(Ok(())) if is_ours => {
                adopt(call, kind, socket, host)?;
                answer(call, Ok(true))
            }
            ended => {
                if is_ours {
                    call.state().phase.replace(Phase::Made(kind));
                    socket.close()?;
                }
                // Closed meanwhile, at the very end.
                let ended = ended?.and(Err::<bool, _>(errno_cause(libc::ECANCELED)));
                answer(call, ended)
            }
        }
    }

    fn recv(call: &mut Call<Self>) -> Result<Value> {
        let timeout = call.args(0, 1)?.or(0.0, |args| args.float())?;
        in_a_coroutine()?;
        let Some(connection) = connected(call)? else { return Ok(false.into()) };
        if connection.socket.is_stream() {
            return answer(call, connection.socket.recv_packet(timeout)?);
        }
        let received = connection.socket.recv_from(65_536, timeout)?;
        answer(
            call,
            received.map(|(data, sender)| {
                connection.sender.replace(Some(sender));
                data
            }),
        )
    }

    fn peek(call: &mut Call<Self>) -> Result<Value> {
        let length = call.args(0, 1)?.or(65_535, |args| args.int())?;
        let length = usize::try_from(length).ok().filter(|length| *length > 0).unwrap_or(65_535);
        let Some(connection) = connected(call)? else { return Ok(false.into()) };
        answer(call, connection.socket.peek(length)?)
    }

    fn send(call: &mut Call<Self>) -> Result<Value> {
        let mut args = call.args(1, 2)?;
        let data = args.string()?;
        let timeout = args.or(0.0, |args| args.float())?;
        if data.is_empty() {
            return Err(Error::Warning("data to send is empty".into()));
        }
        in_a_coroutine()?;
        let Some(connection) = connected(call)? else { return Ok(false.into()) };
        if !connection.socket.is_stream() {
            return answer(call, connection.socket.send(data, timeout)?.map(|count| count as i64));
        }
        let (sent, ended) = connection.socket.send_all(data, timeout)?;
        let failed = ended.is_err();
        told(call.this(), ended)?;
        Ok(if failed && sent == 0 { Value::from(false) } else { Value::from(sent as i64) })
    }

    fn sendfile(call: &mut Call<Self>) -> Result<Value> {
        let mut args = call.args(1, 3)?;
        let file = args.string()?;
        let offset = args.or(0, |args| args.int())?;
        let length = args.or(0, |args| args.int())?;
        in_a_coroutine()?;
        let Some(connection) = connected(call)? else { return Ok(false.into()) };
        let (Ok(offset), Ok(length)) = (u64::try_from(offset), u64::try_from(length)) else {
            return answer(call, Err::<bool, _>(errno_cause(libc::EINVAL)));
        };
        answer(call, connection.socket.send_file(Path::new(OsStr::from_bytes(file)), offset, length, 0.0)?.map(|()| true))
    }

    fn sendto(call: &mut Call<Self>) -> Result<Value> {
        let mut args = call.args(3, 3)?;
        let (host, port, data) = (args.string()?, args.int()?, args.string()?);
        let kind = call.state().kind()?;
        in_a_coroutine()?;
        if kind.is_stream() {
            return answer(call, Err::<bool, _>(errno_cause(libc::EOPNOTSUPP)));
        }
        let connection = match call.state().connection() {
            Ok(connection) => connection,
            Err(_) => match told(call.this(), call.state().open(kind))? {
                Some(socket) => adopt(call, kind, socket, b"")?,
                None => return Ok(false.into()),
            },
        };
        answer(call, connection.socket.send_to(host, port, data)?.map(|_| true))
    }

    fn recvfrom(call: &mut Call<Self>) -> Result<Value> {
        let length = call.args(2, 3)?.int()?;
        in_a_coroutine()?;
        let Ok(length) = usize::try_from(length) else { return answer(call, Err::<bool, _>(errno_cause(libc::EINVAL))) };
        let Some(connection) = connected(call)? else { return Ok(false.into()) };
        let Some((data, sender)) = told(call.this(), connection.socket.recv_from(length, 0.0)?)? else { return Ok(false.into()) };
        let shown = address(&sender, "host")?;
        connection.sender.replace(Some(sender));
        let mut args = call.args(2, 3)?;
        args.value();
        drop(args.replace(shown.get("host").cloned().unwrap_or_else(Value::null)));
        if !args.is_empty() {
            drop(args.replace(shown.get("port").cloned().unwrap_or_else(Value::null)));
        }
        Ok(data.into())
    }

    fn enable_ssl(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        in_a_coroutine()?;
        let Some(connection) = connected(call)? else { return Ok(false.into()) };
        answer(call, connection.socket.begin_tls(Some(&connection.host), 0.0)?.map(|()| true))
    }

    fn get_peer_cert(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        let Some(connection) = connected(call)? else { return Ok(false.into()) };
        let certificate = connection.socket.peer_certificates().into_iter().next();
        let missing = match connection.socket.stream().has_tls() {
            true => constants::SWOOLE_ERROR_SSL_EMPTY_PEER_CERTIFICATE,
            false => constants::SWOOLE_ERROR_SSL_NOT_READY,
        };
        let text = certificate.map(|certificate| PhpString::new(pem_of(&certificate).as_bytes())).transpose()?;
        answer(call, text.ok_or_else(|| own_cause(missing)))
    }

    fn verify_peer_cert(call: &mut Call<Self>) -> Result<Value> {
        let allow_self_signed = call.args(0, 1)?.or(false, |args| args.bool())?;
        let Some(connection) = connected(call)? else { return Ok(false.into()) };
        answer(call, connection.socket.verify_peer(allow_self_signed).map(|()| true))
    }

    fn is_connected(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        Ok(call.state().connection().is_ok().into())
    }

    fn getsockname(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        let Some(connection) = connected(call)? else { return Ok(false.into()) };
        shown(call, connection.socket.with(|socket| socket.local_addr()))
    }

    fn getpeername(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        let Some(connection) = connected(call)? else { return Ok(false.into()) };
        let sender = connection.sender.borrow().clone();
        let found = match sender {
            Some(sender) => Ok(sender),
            None => connection.socket.with(|socket| socket.peer_addr()),
        };
        shown(call, found)
    }

    fn close(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        match close(call)? {
            true => answer(call, Ok(true)),
            false => answer(call, Err::<bool, _>(not_connected())),
        }
    }

    fn export_socket(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        Ok(match call.state().connection() {
            Ok(connection) => connection.object.into(),
            Err(_) => false.into(),
        })
    }
}

fn shown(call: &Call<CoroutineClient>, found: Result<SockAddr, Cause>) -> Result<Value> {
    match told(call.this(), found)? {
        Some(found) => address(&found, "host").map(Value::from),
        None => Ok(false.into()),
    }
}
