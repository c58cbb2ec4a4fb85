//! The load client as a command, for a server that runs already. It prints one line of JSON; see [`bench::load`] for what it measures.

use bench::load::{Client, Load, Until};
use bench::proctree::Tree;
use bench::{Error, Result};
use lexopt::prelude::*;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::time::Duration;

const HELP: &str = "\
Usage: load --port N [options]

Sends messages to an echo server on 127.0.0.1, checks every byte that comes back and prints one line of JSON.

  --port N          where the server listens
  --connections N   connections (50)
  --size BYTES      bytes of a message (64)
  --depth N         messages in flight on each connection (1)
  --threads N       threads of the client (1)
  --warm-up SECONDS sending before the measurement (0.5)
  --seconds SECONDS measured (2)
  --messages N      measured: this many messages instead
  --server-pid PID  the server's first process: report the CPU time of it and its descendants

The JSON has: messages, seconds, rate (messages a second), p50_us and p99_us (latency in microseconds), and with --server-pid
server_cpu_ns (over the measured phase), server_cpu_ns_per_message and server_tasks (processes' threads), else null there.
";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("load: {e}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let mut port: Option<u16> = None;
    let mut load = Load { address: (Ipv4Addr::LOCALHOST, 0).into(), connections: 50, size: 64, depth: 1, threads: 1 };
    let (mut warm_up, mut seconds, mut messages, mut server) = (0.5, 2.0, None, None);
    let mut args = lexopt::Parser::from_env();
    while let Some(arg) = args.next()? {
        match arg {
            Long("port") => port = Some(args.value()?.parse()?),
            Long("connections") => load.connections = args.value()?.parse()?,
            Long("size") => load.size = args.value()?.parse()?,
            Long("depth") => load.depth = args.value()?.parse()?,
            Long("threads") => load.threads = args.value()?.parse()?,
            Long("warm-up") => warm_up = args.value()?.parse()?,
            Long("seconds") => seconds = args.value()?.parse()?,
            Long("messages") => messages = Some(args.value()?.parse()?),
            Long("server-pid") => server = Some(Tree::new(args.value()?.parse()?)),
            Short('h') | Long("help") => {
                print!("{HELP}");
                return Ok(());
            }
            other => return Err(other.unexpected().into()),
        }
    }
    let port = port.ok_or_else(|| Error::Usage("--port is missing; see --help".into()))?;
    load.address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let time = |s: f64| Duration::try_from_secs_f64(s).map_err(|e| Error::Usage(format!("{s} seconds: {e}")));
    let measured = match messages {
        Some(n) => Until::Messages(n),
        None => Until::Elapsed(time(seconds)?),
    };

    let report = Client::connect(load)?.run(Until::Elapsed(time(warm_up)?), measured, server)?;
    let or_null = |value: Option<String>| value.unwrap_or_else(|| "null".into());
    println!(
        "{{\"messages\":{},\"seconds\":{:.6},\"rate\":{:.1},\"p50_us\":{:.1},\"p99_us\":{:.1},\
         \"server_cpu_ns\":{},\"server_cpu_ns_per_message\":{},\"server_tasks\":{}}}",
        report.messages,
        report.elapsed.as_secs_f64(),
        report.rate(),
        report.quantile(0.5),
        report.quantile(0.99),
        or_null(report.server_cpu.map(|ns| ns.to_string())),
        or_null(report.cpu_per_message().map(|ns| format!("{ns:.1}"))),
        or_null(report.server_tasks.map(|n| n.to_string())),
    );
    Ok(())
}
