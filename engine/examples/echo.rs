//! An echo server on the engine alone: what the engine costs without a language on top.
//!
//! `echo base|process [workers] [reactors]` listens on a free port of the loopback address and prints it.

use engine::{
    net::SocketKind,
    server::{Application, Ended, Event, Flow, Handle, InHand, Mode, Server},
};

struct Echo {
    handle: Handle,
    port: u16,
}

impl Application for Echo {
    type Data = Vec<u8>;

    fn take(&self, bytes: &[u8]) -> Vec<u8> {
        bytes.to_vec()
    }

    fn on_start(&self) -> Flow {
        println!("port {}", self.port);
        Flow::Continue
    }

    fn on_receive(&self, event: Event, data: Vec<u8>, _in_hand: InHand) -> Flow {
        if let Err(error) = self.handle.send(event.session, &data) {
            eprintln!("{error}");
        }
        Flow::Continue
    }
}

fn main() -> engine::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let mode = match arguments.next().as_deref() {
        Some("base") => Mode::Base,
        _ => Mode::Process,
    };
    let mut number = || arguments.next().and_then(|text| text.parse().ok()).unwrap_or(1);
    let mut server = Server::new(mode);
    server.options_mut().worker_num = number();
    server.options_mut().reactor_num = number();
    server.listen(SocketKind::Tcp4, "127.0.0.1", 0)?;
    let port = server.ports().map(|port| port.listener.local_port()).next().unwrap_or(0);
    let echo = Echo { handle: server.handle(), port };
    match server.start(echo)? {
        Ended::Server | Ended::Child => Ok(()),
        Ended::ServerFailed(status) | Ended::ChildFailed(status) => std::process::exit(status),
    }
}
