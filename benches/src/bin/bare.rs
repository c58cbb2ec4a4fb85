//! The bare reference server that the table measures others against: one thread, level-triggered epoll, one read and one write a message.
//!
//! It is the floor, not a product: no sessions, no timers, no framing. A read is never repeated to see whether more is there (a short read
//! counts as drained, and level-triggered epoll brings the rest); what a socket does not take is kept, and that connection is not read until
//! it is gone. It listens on a free port of the loopback, prints `port N` and serves until SIGTERM, whose default action is all it needs.

use nix::errno::Errno;
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::fd::AsRawFd;

/// The listener's place in the events; connections use their descriptors.
const LISTENER: u64 = u64::MAX;

struct Connection {
    stream: TcpStream,
    /// What the socket has not taken yet.
    pending: Vec<u8>,
}

enum Next {
    Keep,
    Close,
}

fn main() -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    listener.set_nonblocking(true)?;
    let epoll = Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC)?;
    epoll.add(&listener, EpollEvent::new(EpollFlags::EPOLLIN, LISTENER))?;
    println!("port {}", listener.local_addr()?.port());

    let mut connections: Vec<Option<Connection>> = Vec::new();
    let mut events = vec![EpollEvent::empty(); 512];
    let mut buffer = vec![0; 65_536];
    loop {
        let count = match epoll.wait(&mut events, EpollTimeout::NONE) {
            Err(Errno::EINTR) => continue,
            other => other?,
        };
        for event in &events[..count] {
            if event.data() == LISTENER {
                accept(&listener, &epoll, &mut connections)?;
                continue;
            }
            let slot = &mut connections[event.data() as usize];
            let Some(connection) = slot else { continue };
            if let Next::Close = connection.serve(&epoll, &mut buffer)? {
                // closing the descriptor takes it out of the epoll set
                *slot = None;
            }
        }
    }
}

fn accept(listener: &TcpListener, epoll: &Epoll, connections: &mut Vec<Option<Connection>>) -> io::Result<()> {
    loop {
        let stream = match listener.accept() {
            Ok((stream, _)) => stream,
            Err(e) if e.kind() == ErrorKind::WouldBlock => return Ok(()),
            // the client may be gone already
            Err(e) if matches!(e.kind(), ErrorKind::ConnectionAborted | ErrorKind::Interrupted) => continue,
            Err(e) => return Err(e),
        };
        stream.set_nonblocking(true)?;
        stream.set_nodelay(true)?;
        let fd = stream.as_raw_fd() as usize;
        epoll.add(&stream, EpollEvent::new(EpollFlags::EPOLLIN, fd as u64))?;
        if connections.len() <= fd {
            connections.resize_with(fd + 1, || None);
        }
        connections[fd] = Some(Connection { stream, pending: Vec::new() });
    }
}

impl Connection {
    /// Serves one event: of a connection with something pending it can only be room to write, of another only something to read.
    fn serve(&mut self, epoll: &Epoll, buffer: &mut [u8]) -> io::Result<Next> {
        if !self.pending.is_empty() {
            let Ok(written) = write(&mut self.stream, &self.pending) else { return Ok(Next::Close) };
            self.pending.drain(..written);
            if self.pending.is_empty() {
                self.wait_for(EpollFlags::EPOLLIN, epoll)?;
            }
            return Ok(Next::Keep);
        }
        let count = match self.stream.read(buffer) {
            Ok(0) => return Ok(Next::Close),
            Ok(n) => n,
            Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => return Ok(Next::Keep),
            Err(_) => return Ok(Next::Close),
        };
        let Ok(written) = write(&mut self.stream, &buffer[..count]) else { return Ok(Next::Close) };
        if written < count {
            self.pending.extend_from_slice(&buffer[written..count]);
            self.wait_for(EpollFlags::EPOLLOUT, epoll)?;
        }
        Ok(Next::Keep)
    }

    fn wait_for(&self, flags: EpollFlags, epoll: &Epoll) -> io::Result<()> {
        epoll.modify(&self.stream, &mut EpollEvent::new(flags, self.stream.as_raw_fd() as u64))?;
        Ok(())
    }
}

/// Writes as much as the socket takes: one call, unless it takes a part only.
fn write(stream: &mut TcpStream, bytes: &[u8]) -> io::Result<usize> {
    let mut written = 0;
    while written < bytes.len() {
        match stream.write(&bytes[written..]) {
            Ok(n) => written += n,
            Err(e) if e.kind() == ErrorKind::WouldBlock => break,
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(written)
}
