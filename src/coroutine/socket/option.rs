//! `getOption()` and `setOption()`, as the extension sockets has them: ints, and arrays for what is a struct. It must not know what an option is for.

use std::net::{Ipv4Addr, Ipv6Addr};

use engine::{client::Cause, sys};
use socket2::InterfaceIndexOrAddress;

use super::{Socket, Timeouts};
use crate::{
    coroutine::stream::{cause, errno_cause},
    zend::{Array, Error, ExceptionClass, Result, Value},
};

/// What an option's value is.
enum Form {
    Int,
    /// `l_onoff` and `l_linger`.
    Linger,
    /// `sec` and `usec`: of our own waiting, for the system's does not hold here.
    Timeout(fn(&mut Timeouts) -> &mut f64),
    /// `group` and `interface`; whether to join.
    Group(bool),
    /// A name.
    Text,
}

fn form(level: i32, name: i32) -> Form {
    /// `MCAST_JOIN_GROUP` and `MCAST_LEAVE_GROUP`.
    const JOIN: i32 = 42;
    const LEAVE: i32 = 45;
    match (level, name) {
        (libc::SOL_SOCKET, libc::SO_LINGER) => Form::Linger,
        (libc::SOL_SOCKET, libc::SO_RCVTIMEO) => Form::Timeout(|timeouts| &mut timeouts.read),
        (libc::SOL_SOCKET, libc::SO_SNDTIMEO) => Form::Timeout(|timeouts| &mut timeouts.write),
        (libc::IPPROTO_IP | libc::IPPROTO_IPV6, JOIN) => Form::Group(true),
        (libc::IPPROTO_IP | libc::IPPROTO_IPV6, LEAVE) => Form::Group(false),
        (libc::SOL_SOCKET, libc::SO_BINDTODEVICE) | (libc::IPPROTO_TCP, libc::TCP_CONGESTION) => Form::Text,
        _ => Form::Int,
    }
}

/// A part of a value that has to be an array.
fn element<'a>(value: &'a Value, key: &str) -> Result<&'a Value> {
    let class = ExceptionClass::ValueError;
    let text =
        format!("Swoole\\Coroutine\\Socket::setOption(): Argument #3 ($opt_value) must be an array with the key \"{key}\"");
    value.as_array().and_then(|array| array.get(key)).ok_or(Error::Exception { class, text, code: 0 })
}

fn refused() -> Cause {
    errno_cause(libc::EINVAL)
}

impl Socket {
    /// Sets an option.
    ///
    /// # Errors
    /// Outer: the value has not the option's form, which has thrown. Inner: what the system says.
    pub fn set_option(&self, level: i32, name: i32, value: &Value) -> Result<Result<(), Cause>> {
        match form(level, name) {
            Form::Int => {
                let number = value.to_int()?;
                let Ok(number) = i32::try_from(number) else { return Ok(Err(refused())) };
                Ok(self.with(|socket| sys::socket::set_option(&*socket, level, name, &number.to_ne_bytes())))
            }
            Form::Text => {
                let text = value.to_php_string()?;
                Ok(self.with(|socket| sys::socket::set_option(&*socket, level, name, text.as_bytes())))
            }
            Form::Linger => {
                let on = element(value, "l_onoff")?.to_int()? != 0;
                let seconds = element(value, "l_linger")?.to_int()?;
                let Ok(seconds) = u64::try_from(seconds) else { return Ok(Err(refused())) };
                let time = on.then(|| std::time::Duration::from_secs(seconds));
                Ok(self.with(|socket| socket.set_linger(time)))
            }
            Form::Timeout(of) => {
                let seconds = element(value, "sec")?.to_float()? + element(value, "usec")?.to_float()? / 1e6;
                let mut timeouts = self.timeouts();
                // As for the system, 0 is without end.
                *of(&mut timeouts) = if seconds > 0.0 { seconds } else { -1.0 };
                self.set_timeouts(timeouts);
                Ok(Ok(()))
            }
            Form::Group(join) => {
                let group = element(value, "group")?.to_php_string()?;
                let interface = match value.as_array().and_then(|array| array.get("interface")) {
                    Some(interface) => interface.to_int()?,
                    None => 0,
                };
                let group = std::str::from_utf8(group.as_bytes()).unwrap_or_default();
                let Ok(interface) = u32::try_from(interface) else { return Ok(Err(refused())) };
                Ok(self.with_group(level, group, interface, join))
            }
        }
    }

    fn with_group(&self, level: i32, group: &str, interface: u32, join: bool) -> Result<(), Cause> {
        if level == libc::IPPROTO_IP {
            let group: Ipv4Addr = group.parse().map_err(|_| refused())?;
            let interface = InterfaceIndexOrAddress::Index(interface);
            return self.with(|socket| match join {
                true => socket.join_multicast_v4_n(&group, &interface),
                false => socket.leave_multicast_v4_n(&group, &interface),
            });
        }
        let group: Ipv6Addr = group.parse().map_err(|_| refused())?;
        self.with(|socket| match join {
            true => socket.join_multicast_v6(&group, interface),
            false => socket.leave_multicast_v6(&group, interface),
        })
    }

    /// An option's value.
    ///
    /// # Errors
    /// Outer: `Pending` when PHP's memory limit is reached. Inner: what the system says.
    pub fn option(&self, level: i32, name: i32) -> Result<Result<Value, Cause>> {
        match form(level, name) {
            Form::Timeout(of) => {
                let seconds = (*of(&mut self.timeouts())).max(0.0);
                let mut array = Array::new(2)?;
                array.set("sec", seconds.trunc() as i64)?;
                array.set("usec", (seconds.fract() * 1e6).round() as i64)?;
                Ok(Ok(array.into()))
            }
            Form::Linger => {
                let linger = match self.with(|socket| socket.linger()) {
                    Ok(linger) => linger,
                    Err(why) => return Ok(Err(why)),
                };
                let mut array = Array::new(2)?;
                array.set("l_onoff", i64::from(linger.is_some()))?;
                array.set("l_linger", linger.map_or(0, |time| time.as_secs() as i64))?;
                Ok(Ok(array.into()))
            }
            Form::Text => {
                let mut room = [0; 64];
                match self.bytes(level, name, &mut room) {
                    Ok(bytes) => Value::string(bytes.split(|byte| *byte == 0).next().unwrap_or_default()).map(Ok),
                    Err(why) => Ok(Err(why)),
                }
            }
            Form::Int | Form::Group(_) => {
                let mut room = [0; 4];
                Ok(self.bytes(level, name, &mut room).map(|bytes| match <[u8; 4]>::try_from(bytes) {
                    Ok(bytes) => i32::from_ne_bytes(bytes).into(),
                    // Some options are a byte.
                    Err(_) => i64::from(bytes.first().copied().unwrap_or(0)).into(),
                }))
            }
        }
    }

    fn bytes<'a>(&self, level: i32, name: i32, room: &'a mut [u8]) -> Result<&'a [u8], Cause> {
        let Some(fd) = self.stream().descriptor().get() else { return Err(errno_cause(libc::EBADF)) };
        sys::socket::option(&*fd, level, name, room).map_err(|error| cause(&error))
    }
}
