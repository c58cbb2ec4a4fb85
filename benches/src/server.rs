//! A server under test: a command that prints `port N` on its standard output and then echoes. It is started here, and stopped with
//! everything that it started when the handle is dropped.

use crate::error::{Context, Error, Result};
use crate::proctree::Tree;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

/// How long a server may take to print its port, and to stop.
const PATIENCE: Duration = Duration::from_secs(10);

/// What each server is compared with; its name on the command line.
pub const BARE: &str = "bare";

/// How to start a server.
#[derive(Debug, Clone)]
pub struct Spec {
    /// Its name on the command line and in the table.
    pub name: String,
    command: Vec<OsString>,
}

/// Where the things are that servers are started from.
#[derive(Debug, Clone)]
pub struct Places {
    /// The bare reference server.
    pub bare: PathBuf,
    /// The extension.
    pub extension: PathBuf,
    /// The echo server in PHP.
    pub script: PathBuf,
}

impl Places {
    /// Where cargo puts them: binaries and the extension beside this program, the script in the source.
    ///
    /// # Errors
    /// If the path of this program is unknown.
    pub fn beside_this_program() -> Result<Self> {
        let program = std::env::current_exe().doing("find the path of this program")?;
        let folder = program.parent().unwrap_or(Path::new("."));
        Ok(Places {
            bare: folder.join("bare"),
            extension: folder.join("libswoole.so"),
            script: Path::new(env!("CARGO_MANIFEST_DIR")).join("server.php"),
        })
    }

    /// The server that `text` names: `bare`, `base`, `process`, or `NAME=COMMAND ARGUMENT…` for any other that prints `port N` and echoes.
    ///
    /// # Errors
    /// [`Error::Usage`] if it is none of these.
    pub fn spec(&self, text: &str) -> Result<Spec> {
        let (name, command) = match text {
            BARE => (text, vec![self.bare.clone().into()]),
            "base" | "process" => (text, self.php(&[text, "1", "1"])),
            other => match other.split_once('=') {
                Some((name, command)) if !command.trim().is_empty() => {
                    (name, command.split_whitespace().map(OsString::from).collect())
                }
                _ => return Err(Error::Usage(format!("unknown server '{other}': bare, base, process or NAME=COMMAND"))),
            },
        };
        Ok(Spec { name: name.to_owned(), command })
    }

    /// The server for the worker-death run: four workers, two reactors, and it says which process answers.
    #[must_use]
    pub fn death_spec(&self) -> Spec {
        Spec { name: "process".into(), command: self.php(&["process", "4", "2", "who"]) }
    }

    fn php(&self, arguments: &[&str]) -> Vec<OsString> {
        let mut extension = OsString::from("extension=");
        extension.push(&self.extension);
        let mut command = vec!["php".into(), "-n".into(), "-d".into(), extension, self.script.clone().into()];
        command.extend(arguments.iter().map(OsString::from));
        command
    }
}

impl Spec {
    /// A server by its command and arguments.
    #[must_use]
    pub fn new(name: &str, command: Vec<OsString>) -> Self {
        Spec { name: name.to_owned(), command }
    }

    /// Starts the server, on the given CPUs (a list as `taskset` takes it) or wherever the kernel puts it, and waits for its port.
    ///
    /// # Errors
    /// [`Error::Server`] if it does not say its port in time.
    pub fn start(&self, cpus: Option<&str>) -> Result<Server> {
        // should this program be killed, its servers end too
        let mut words: Vec<OsString> = ["setpriv", "--pdeathsig", "TERM"].map(OsString::from).to_vec();
        if let Some(cpus) = cpus {
            words.extend(["taskset", "-c", cpus].map(OsString::from));
        }
        words.extend(self.command.iter().cloned());
        let mut child = Command::new(&words[0])
            .args(&words[1..])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .doing(format!("start {:?}", self.command))?;
        let (line, lines) = channel();
        let output = child.stdout.take();
        // reads to the end, so that a server which prints more never blocks on it
        thread::spawn(move || {
            for text in output.into_iter().flat_map(|output| BufReader::new(output).lines().map_while(|line| line.ok())) {
                line.send(text).ok();
            }
        });
        let mut server = Server { name: self.name.clone(), child, lines, address: (Ipv4Addr::LOCALHOST, 0).into() };
        server.address.set_port(server.wait_for_port()?);
        Ok(server)
    }
}

/// A running server.
pub struct Server {
    name: String,
    child: Child,
    /// What it prints; hung up when the last process that holds its standard output has ended.
    lines: Receiver<String>,
    address: SocketAddr,
}

impl Server {
    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its processes.
    #[must_use]
    pub fn tree(&self) -> Tree {
        Tree::new(self.child.id() as i32)
    }

    fn wait_for_port(&self) -> Result<u16> {
        let deadline = Instant::now() + PATIENCE;
        let failed = |what: String| Error::Server { name: self.name.clone(), what };
        loop {
            match self.lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(line) => match line.strip_prefix("port ").map(str::parse) {
                    Some(Ok(port)) => return Ok(port),
                    _ => eprintln!("{}: {line}", self.name),
                },
                Err(RecvTimeoutError::Timeout) => return Err(failed(format!("no line 'port N' in {PATIENCE:?}"))),
                Err(RecvTimeoutError::Disconnected) => return Err(failed("ended without a line 'port N'".into())),
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let pids = self.tree().pids().unwrap_or_default();
        kill(Pid::from_raw(self.child.id() as i32), Signal::SIGTERM).ok();
        let deadline = Instant::now() + PATIENCE;
        while let Ok(line) = self.lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            eprintln!("{}: {line}", self.name);
        }
        if Instant::now() >= deadline {
            eprintln!("{}: did not stop in {PATIENCE:?} after SIGTERM, killed", self.name);
            for pid in pids {
                kill(Pid::from_raw(pid), Signal::SIGKILL).ok();
            }
        }
        self.child.wait().ok();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Spec {
        Spec::new("test", ["sh", "-c", script].map(OsString::from).to_vec())
    }

    #[test]
    fn the_port_is_found_among_other_lines_and_the_whole_tree_ends_with_the_handle() {
        let server = shell("echo hello; sleep 600 & echo port 1234; trap 'kill $!; exit' TERM; wait").start(None).unwrap();
        assert_eq!(server.address().port(), 1234);
        let pids = server.tree().pids().unwrap();
        assert_eq!(pids.len(), 2);
        drop(server);
        for pid in pids {
            // a process gives up its memory, and with it its command line, before its descriptors
            let gone = std::fs::read(format!("/proc/{pid}/cmdline")).map_or(true, |words| words.is_empty());
            assert!(gone, "process {pid} lives");
        }
    }

    #[test]
    fn a_server_that_ends_at_once_is_an_error() {
        let error = shell("echo no port here").start(None).err().unwrap();
        assert!(error.to_string().contains("ended without"), "{error}");
    }

    #[test]
    fn servers_are_named_or_given_as_a_command() {
        let places = Places { bare: "b".into(), extension: "/x.so".into(), script: "s.php".into() };
        let spec = places.spec("base").unwrap();
        assert_eq!(spec.command, ["php", "-n", "-d", "extension=/x.so", "s.php", "base", "1", "1"]);
        let spec = places.spec("other=some server 1").unwrap();
        assert_eq!((spec.name.as_str(), spec.command.len()), ("other", 3));
        assert!(places.spec("bar").is_err());
        assert!(places.spec("other=").is_err());
    }
}
