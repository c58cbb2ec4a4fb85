//! The worker-death run by itself; see [`bench::death`].

use bench::server::{Places, Spec};
use bench::{death, memory};
use std::ffi::OsString;
use std::process::ExitCode;

const HELP: &str = "\
Usage: death [COMMAND ARGUMENT...]

Kills a worker three times under load and prints how soon its connections were closed and a new worker served. The command must print
'port N', echo, and answer 'who' with the worker's process id; without one it is the PHP echo server with four workers. Takes about
ten seconds, a minute at most.
";

fn main() -> ExitCode {
    let command: Vec<OsString> = std::env::args_os().skip(1).collect();
    if command.first().is_some_and(|first| first == "--help" || first == "-h") {
        print!("{HELP}");
        return ExitCode::SUCCESS;
    }
    let spec = if command.is_empty() {
        Places::beside_this_program().map(|places| places.death_spec())
    } else {
        Ok(Spec::new("server", command))
    };
    // a thousand connections are more than the usual limit
    match memory::allowed().and(spec).and_then(|spec| death::measure(&spec)) {
        Ok(outcome) => {
            print!("{}{}", death::HEAD, death::rows(&outcome));
            println!("\n{}", death::summary(&outcome));
            ExitCode::SUCCESS
        }
        Err(e) => {
            eprintln!("death: {e}");
            ExitCode::FAILURE
        }
    }
}
