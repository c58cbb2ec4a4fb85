//! `Swoole\Coroutine\Socket`: PHP's words turned into those of [`Socket`]. It must not know a descriptor.

use std::{
    cell::{Cell, OnceCell},
    ffi::OsStr,
    net::Shutdown,
    os::unix::ffi::OsStrExt,
    path::Path,
    rc::Rc,
};

use engine::{client::Cause, sys::foreign};
use socket2::{Domain, SockAddr};

use super::{Ended, Kind, Settings, Socket};
use crate::{
    coroutine::{
        io::Direction,
        stream::{address_of, cause, errno_cause, unix_address},
        told::{Shows, answer, told},
    },
    option_value::neutral,
    zend::{
        self, Array, Call, Class, CoroutineSocketMethods, Error, ExceptionClass, Key, Level, Object, PhpString, Result, State,
        Value, constants, raise, stream,
    },
};

/// What one call receives where a length is not above 0.
const USUAL_LENGTH: usize = 65_536;

/// What a PHP object holds.
#[derive(Default)]
pub struct CoroutineSocket {
    socket: OnceCell<Rc<Socket>>,
    /// What `errCode` shows.
    shown: Cell<i32>,
}

impl State for CoroutineSocket {}

impl CoroutineSocket {
    /// The socket. It outlives the object, if somebody waits for it.
    ///
    /// # Errors
    /// The constructor has not run: a subclass can leave it out.
    pub fn socket(&self) -> Result<Rc<Socket>> {
        self.socket.get().cloned().ok_or_else(|| Error::Exception {
            class: ExceptionClass::Error,
            text: "the constructor of Swoole\\Coroutine\\Socket was not called".into(),
            code: 0,
        })
    }

    /// A PHP object for a socket.
    ///
    /// # Errors
    /// `Pending` when it cannot be made.
    pub fn object(socket: Rc<Socket>) -> Result<Object<CoroutineSocket>> {
        let object = Object::<CoroutineSocket>::new()?;
        let kind = socket.kind();
        object.set("fd", socket.stream().descriptor().number())?;
        object.set("domain", kind.domain)?;
        object.set("type", kind.of)?;
        object.set("protocol", kind.protocol)?;
        // A new object has none.
        let _ = object.state().socket.set(socket);
        Ok(object)
    }
}

/// A kind of socket out of the numbers of PHP code.
fn kind(domain: i64, of: i64, protocol: i64) -> Result<Kind, Cause> {
    let number = |number| i32::try_from(number).map_err(|_| errno_cause(libc::EINVAL));
    Ok(Kind { domain: number(domain)?, of: number(of)?, protocol: number(protocol)? })
}

impl Shows for CoroutineSocket {
    fn shown(&self) -> &Cell<i32> {
        &self.shown
    }
}

/// A count with why it is not more: false only where there is none at all.
fn counted(call: &Call<CoroutineSocket>, count: usize, ended: Result<(), Cause>) -> Result<Value> {
    let failed = ended.is_err();
    told(call.this(), ended)?;
    Ok(if failed && count == 0 { Value::from(false) } else { Value::from(count as i64) })
}

fn length(given: i64) -> usize {
    usize::try_from(given).ok().filter(|length| *length > 0).unwrap_or(USUAL_LENGTH)
}

/// An address as PHP code sees it; `host` is what the key of the address is.
pub fn address(address: &SockAddr, host: &str) -> Result<Array> {
    let mut array = Array::new(2)?;
    match address.as_socket() {
        Some(inet) => {
            array.set(host, PhpString::new(inet.ip().to_string().as_bytes())?)?;
            array.set("port", i64::from(inet.port()))?;
        }
        None => {
            let name = match (address.as_pathname(), address.as_abstract_namespace()) {
                (Some(path), _) => path.as_os_str().as_bytes().to_vec(),
                (None, Some(name)) => [b"\0", name].concat(),
                (None, None) => Vec::new(),
            };
            array.set(host, PhpString::new(&name)?)?;
            array.set("port", 0)?;
        }
    }
    Ok(array)
}

fn address_ended(call: &Call<CoroutineSocket>, ended: Result<SockAddr, Cause>) -> Result<Value> {
    match told(call.this(), ended)? {
        Some(found) => address(&found, "address").map(Value::from),
        None => Ok(false.into()),
    }
}

/// Takes up settings, and says what there is to be said about them.
///
/// # Errors
/// A fatal error for a value that makes no sense; `Pending` when a warning has thrown.
pub fn take_up(settings: &mut Settings, given: &Array) -> Result<()> {
    let mut notices = Vec::new();
    for (key, value) in given.iter() {
        let Key::Name(name) = key else { continue };
        let Ok(name) = std::str::from_utf8(name) else { continue };
        notices.extend(settings.set(name, &neutral(value)).map_err(Error::Fatal)?);
    }
    for notice in notices {
        raise(Level::Warning, &notice, true)?;
    }
    Ok(())
}

/// The direction that an event of PHP code means.
fn direction(event: i64) -> Option<Direction> {
    match event {
        constants::SWOOLE_EVENT_READ => Some(Direction::Read),
        constants::SWOOLE_EVENT_WRITE => Some(Direction::Write),
        _ => None,
    }
}

/// `swoole_coroutine_socketpair()`.
///
/// # Errors
/// `Pending` when the objects cannot be made.
pub fn socketpair(call: &mut Call<()>) -> Result<Value> {
    let mut args = call.args(3, 3)?;
    let (domain, of, protocol) = (args.int()?, args.int()?, args.int()?);
    let made = kind(domain, of, protocol).map_err(|why| why.text).and_then(|kind| {
        let protocol = (kind.protocol != 0).then(|| kind.protocol.into());
        let of = socket2::Type::from(kind.of).nonblocking();
        let (one, other) = socket2::Socket::pair(kind.domain.into(), of, protocol).map_err(|error| cause(&error).text)?;
        let take = |end: socket2::Socket| Socket::of_fd(end.into(), kind).map_err(|error| cause(&error).text);
        Ok([take(one)?, take(other)?])
    });
    let ends = made.map_err(|why| Error::Warning(format!("failed to create a pair of sockets: {why}")))?;
    let mut pair = Array::new(2)?;
    for end in ends {
        pair.push(CoroutineSocket::object(Rc::new(end))?)?;
    }
    Ok(pair.into())
}

/// A receiving method that takes a length and a timeout.
fn receiving(call: &Call<CoroutineSocket>, receive: impl FnOnce(&Socket, usize, f64) -> Ended<PhpString>) -> Result<Value> {
    let mut args = call.args(0, 2)?;
    let wanted = length(args.or(0, |args| args.int())?);
    let timeout = args.or(0.0, |args| args.float())?;
    let socket = call.state().socket()?;
    answer(call, receive(&socket, wanted, timeout)?)
}

fn odd_vector(place: usize, what: &str) -> Error {
    let text = format!("io_vector[{place}] must be {what}");
    Error::exception(Class::CoroutineSocketException, text, i64::from(libc::EINVAL))
}

fn reading_pieces(call: &Call<CoroutineSocket>, all: bool) -> Result<Value> {
    let mut args = call.args(1, 2)?;
    let vector = args.array()?;
    let timeout = args.or(0.0, |args| args.float())?;
    let mut lengths = Vec::with_capacity(vector.len());
    for (place, (_, value)) in vector.iter().enumerate() {
        let length = value.as_int().and_then(|length| usize::try_from(length).ok()).filter(|length| *length > 0);
        lengths.push(length.ok_or_else(|| odd_vector(place, "an int above 0"))?);
    }
    let total = lengths.iter().fold(0, |total: usize, length| total.saturating_add(*length));
    let socket = call.state().socket()?;
    if lengths.is_empty() {
        return Array::new(0).map(Value::from);
    }
    let Some(received) = told(call.this(), socket.recv_pieces(total, all, timeout)?)? else { return Ok(false.into()) };
    let mut pieces = Array::new(lengths.len())?;
    let mut rest = received.as_bytes();
    for length in lengths {
        if rest.is_empty() {
            break;
        }
        let (piece, after) = rest.split_at(length.min(rest.len()));
        pieces.push(PhpString::new(piece)?)?;
        rest = after;
    }
    Ok(pieces.into())
}

fn writing_pieces(call: &Call<CoroutineSocket>, all: bool) -> Result<Value> {
    let mut args = call.args(1, 2)?;
    let vector = args.array()?;
    let timeout = args.or(0.0, |args| args.float())?;
    // The array may be a variable that somebody else writes to while this waits.
    let vector = vector.clone();
    let mut pieces = Vec::with_capacity(vector.len());
    for (place, (_, value)) in vector.iter().enumerate() {
        pieces.push(value.as_bytes().ok_or_else(|| odd_vector(place, "a string"))?);
    }
    let socket = call.state().socket()?;
    let (sent, ended) = socket.send_pieces(&pieces, all, timeout)?;
    counted(call, sent, ended)
}

impl CoroutineSocketMethods for CoroutineSocket {
    fn construct(call: &mut Call<Self>) -> Result<Value> {
        let mut args = call.args(2, 3)?;
        let (domain, of) = (args.int()?, args.int()?);
        let protocol = args.or(0, |args| args.int())?;
        let opened = kind(domain, of, protocol).and_then(|kind| Socket::open(kind).map_err(|error| cause(&error)));
        let socket = opened.map_err(|why| {
            let text = format!("new Socket() failed. Error: {} [{}]", why.text, why.code);
            Error::exception(Class::CoroutineSocketException, text, i64::from(why.code))
        })?;
        let object = call.this();
        object.set("fd", socket.stream().descriptor().number())?;
        object.set("domain", domain)?;
        object.set("type", of)?;
        object.set("protocol", protocol)?;
        if object.state().socket.set(Rc::new(socket)).is_err() {
            return Err(Error::Exception {
                class: ExceptionClass::Error,
                text: "the constructor of Swoole\\Coroutine\\Socket was called before".into(),
                code: 0,
            });
        }
        Ok(Value::null())
    }

    fn bind(call: &mut Call<Self>) -> Result<Value> {
        let mut args = call.args(1, 2)?;
        let host = args.string()?;
        let port = args.or(0, |args| args.int())?;
        let socket = call.state().socket()?;
        let domain = Domain::from(socket.kind().domain);
        let place = if domain == Domain::UNIX {
            unix_address(host)
        } else {
            let any = if domain == Domain::IPV6 { "::" } else { "0.0.0.0" };
            let host = std::str::from_utf8(host).unwrap_or("?");
            let host = if host.is_empty() { any } else { host };
            let found = u16::try_from(port).ok().and_then(|port| address_of(domain, host, port));
            found.ok_or_else(|| errno_cause(libc::EINVAL))
        };
        answer(call, place.and_then(|place| socket.bind(&place)).map(|()| true))
    }

    fn listen(call: &mut Call<Self>) -> Result<Value> {
        let backlog = call.args(0, 1)?.or(512, |args| args.int())?;
        let socket = call.state().socket()?;
        answer(call, socket.listen(i32::try_from(backlog).unwrap_or(i32::MAX)).map(|()| true))
    }

    fn accept(call: &mut Call<Self>) -> Result<Value> {
        let timeout = call.args(0, 1)?.or(0.0, |args| args.float())?;
        let socket = call.state().socket()?;
        match told(call.this(), socket.accept(timeout)?)? {
            Some(accepted) => CoroutineSocket::object(Rc::new(accepted)).map(Value::from),
            None => Ok(false.into()),
        }
    }

    fn connect(call: &mut Call<Self>) -> Result<Value> {
        let mut args = call.args(1, 3)?;
        let host = args.string()?;
        let port = args.or(0, |args| args.int())?;
        let timeout = args.or(0.0, |args| args.float())?;
        let socket = call.state().socket()?;
        answer(call, socket.connect(host, port, timeout)?.map(|()| true))
    }

    fn check_liveness(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        let socket = call.state().socket()?;
        answer(call, socket.check_liveness().map(|()| true))
    }

    fn get_bound_cid(call: &mut Call<Self>) -> Result<Value> {
        let event = call.args(1, 1)?.int()?;
        let socket = call.state().socket()?;
        let waiting = direction(event).and_then(|direction| socket.stream().descriptor().waiting(direction));
        Ok(waiting.unwrap_or(0).into())
    }

    fn peek(call: &mut Call<Self>) -> Result<Value> {
        let wanted = length(call.args(0, 1)?.or(0, |args| args.int())?);
        let socket = call.state().socket()?;
        answer(call, socket.peek(wanted)?)
    }

    fn recv(call: &mut Call<Self>) -> Result<Value> {
        receiving(call, Socket::recv)
    }

    fn recv_all(call: &mut Call<Self>) -> Result<Value> {
        let mut args = call.args(0, 2)?;
        let wanted = length(args.or(0, |args| args.int())?);
        let timeout = args.or(0.0, |args| args.float())?;
        let socket = call.state().socket()?;
        let (received, ended) = socket.recv_all(wanted, timeout)?;
        let failed = ended.is_err();
        told(call.this(), ended)?;
        Ok(if failed && received.as_bytes().is_empty() { Value::from(false) } else { received.into() })
    }

    fn recv_line(call: &mut Call<Self>) -> Result<Value> {
        receiving(call, Socket::recv_line)
    }

    fn recv_with_buffer(call: &mut Call<Self>) -> Result<Value> {
        receiving(call, Socket::recv_with_buffer)
    }

    fn recv_packet(call: &mut Call<Self>) -> Result<Value> {
        let timeout = call.args(0, 1)?.or(0.0, |args| args.float())?;
        let socket = call.state().socket()?;
        answer(call, socket.recv_packet(timeout)?)
    }

    fn send(call: &mut Call<Self>) -> Result<Value> {
        let mut args = call.args(1, 2)?;
        let data = args.string()?;
        let timeout = args.or(0.0, |args| args.float())?;
        let socket = call.state().socket()?;
        answer(call, socket.send(data, timeout)?.map(|count| count as i64))
    }

    fn read_vector(call: &mut Call<Self>) -> Result<Value> {
        reading_pieces(call, false)
    }

    fn read_vector_all(call: &mut Call<Self>) -> Result<Value> {
        reading_pieces(call, true)
    }

    fn write_vector(call: &mut Call<Self>) -> Result<Value> {
        writing_pieces(call, false)
    }

    fn write_vector_all(call: &mut Call<Self>) -> Result<Value> {
        writing_pieces(call, true)
    }

    fn send_file(call: &mut Call<Self>) -> Result<Value> {
        let mut args = call.args(1, 3)?;
        let file = args.string()?;
        let offset = args.or(0, |args| args.int())?;
        let count = args.or(0, |args| args.int())?;
        let socket = call.state().socket()?;
        let (Ok(offset), Ok(count)) = (u64::try_from(offset), u64::try_from(count)) else {
            return answer(call, Err::<bool, _>(errno_cause(libc::EINVAL)));
        };
        answer(call, socket.send_file(Path::new(OsStr::from_bytes(file)), offset, count, 0.0)?.map(|()| true))
    }

    fn send_all(call: &mut Call<Self>) -> Result<Value> {
        let mut args = call.args(1, 2)?;
        let data = args.string()?;
        let timeout = args.or(0.0, |args| args.float())?;
        let socket = call.state().socket()?;
        let (sent, ended) = socket.send_all(data, timeout)?;
        counted(call, sent, ended)
    }

    fn recvfrom(call: &mut Call<Self>) -> Result<Value> {
        let mut args = call.args(1, 2)?;
        args.value();
        let timeout = args.or(0.0, |args| args.float())?;
        let socket = call.state().socket()?;
        let Some((data, sender)) = told(call.this(), socket.recv_from(USUAL_LENGTH, timeout)?)? else { return Ok(false.into()) };
        let sender = address(&sender, "address")?;
        drop(call.args(1, 2)?.replace(sender.into()));
        Ok(data.into())
    }

    fn sendto(call: &mut Call<Self>) -> Result<Value> {
        let mut args = call.args(3, 3)?;
        let (host, port, data) = (args.string()?, args.int()?, args.string()?);
        let socket = call.state().socket()?;
        answer(call, socket.send_to(host, port, data)?.map(|count| count as i64))
    }

    fn get_option(call: &mut Call<Self>) -> Result<Value> {
        let mut args = call.args(2, 2)?;
        let (level, name) = (args.int()?, args.int()?);
        let socket = call.state().socket()?;
        let (Ok(level), Ok(name)) = (i32::try_from(level), i32::try_from(name)) else {
            return answer(call, Err::<bool, _>(errno_cause(libc::EINVAL)));
        };
        answer(call, socket.option(level, name)?)
    }

    fn set_protocol(call: &mut Call<Self>) -> Result<Value> {
        let given = call.args(1, 1)?.array()?;
        let socket = call.state().socket()?;
        let mut settings = (*socket.settings()).clone();
        take_up(&mut settings, given)?;
        socket.configure(Rc::new(settings));
        Ok(true.into())
    }

    fn set_option(call: &mut Call<Self>) -> Result<Value> {
        let mut args = call.args(3, 3)?;
        let (level, name, value) = (args.int()?, args.int()?, args.value());
        let socket = call.state().socket()?;
        let (Ok(level), Ok(name)) = (i32::try_from(level), i32::try_from(name)) else {
            return answer(call, Err::<bool, _>(errno_cause(libc::EINVAL)));
        };
        answer(call, socket.set_option(level, name, value)?.map(|()| true))
    }

    fn ssl_handshake(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        let socket = call.state().socket()?;
        answer(call, socket.begin_tls(None, 0.0)?.map(|()| true))
    }

    fn shutdown(call: &mut Call<Self>) -> Result<Value> {
        let how = match call.args(0, 1)?.or(2, |args| args.int())? {
            0 => Ok(Shutdown::Read),
            1 => Ok(Shutdown::Write),
            2 => Ok(Shutdown::Both),
            _ => Err(errno_cause(libc::EINVAL)),
        };
        let socket = call.state().socket()?;
        answer(call, how.and_then(|how| socket.shutdown(how)).map(|()| true))
    }

    fn cancel(call: &mut Call<Self>) -> Result<Value> {
        let event = call.args(0, 1)?.or(constants::SWOOLE_EVENT_READ, |args| args.int())?;
        let socket = call.state().socket()?;
        let Some(direction) = direction(event) else { return Ok(false.into()) };
        Ok(socket.stream().descriptor().cancel(direction)?.into())
    }

    fn close(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        let socket = call.state().socket()?;
        if socket.is_closed() {
            return answer(call, Err::<bool, _>(errno_cause(libc::EBADF)));
        }
        call.this().set("fd", -1)?;
        Ok(socket.close()?.into())
    }

    fn getpeername(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        let socket = call.state().socket()?;
        address_ended(call, socket.with(|socket| socket.peer_addr()))
    }

    fn getsockname(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        let socket = call.state().socket()?;
        address_ended(call, socket.with(|socket| socket.local_addr()))
    }

    fn is_closed(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        Ok(call.state().socket()?.is_closed().into())
    }

    fn import(call: &mut Call<()>) -> Result<Value> {
        let value = call.args(1, 1)?.value();
        let wrong = |text: &str| Error::Exception {
            class: ExceptionClass::TypeError,
            text: format!("Swoole\\Coroutine\\Socket::import(): {text}"),
            code: 0,
        };
        let is_number = matches!(value.kind(), zend::Kind::Int(_));
        let fd = match stream::descriptor(value)? {
            stream::Descriptor::Number(fd) if !is_number => fd,
            stream::Descriptor::Closed if !is_number => return Err(wrong("supplied resource is not a valid stream resource")),
            _ if matches!(value.kind(), zend::Kind::Resource) => {
                return Err(Error::Warning("there is no socket behind it".into()));
            }
            _ => return Err(wrong("Argument #1 ($stream) must be a stream or a Socket")),
        };
        if !stream::is_plain(value)? {
            return Err(Error::Warning("the stream changes what it carries, so its socket alone is of no use".into()));
        }
        let imported = foreign::duplicate(fd).and_then(Socket::import);
        let socket =
            imported.map_err(|error| Error::Warning(format!("it is no socket that can be used: {}", cause(&error).text)))?;
        CoroutineSocket::object(Rc::new(socket)).map(Value::from)
    }
}
