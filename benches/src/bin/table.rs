//! The runner: measures the servers in turns and prints the tables of docs/performance.md. `scripts/bench` calls it.

use bench::scenario::{self, Plan};
use bench::server::{BARE, Places, Spec};
use bench::{Error, Result, death, machine, memory, table};
use lexopt::prelude::*;
use std::process::ExitCode;
use std::time::Duration;

const HELP: &str = "\
Options:
  --rounds N        rounds, of which the medians are taken (5)
  --seconds SECONDS measured in a round for each server and load, in turns of a quarter of a second (2)
  --only KEY        only this load (may be repeated): 64b, 64b-16, 1k, 64k, 1conn, 4conn, memory, death
  --servers LIST    comma-separated, of bare, base, process, and NAME=COMMAND ARGUMENT... for any other server that prints 'port N' and
                    echoes (bare,base,process)
  --pin             the load client on the first CPU, the servers on the others; else both are wherever the kernel puts them
  --extension PATH  the extension to load (libswoole.so beside this program)
  --idle N          connections of the memory run (10000)
";

struct Options {
    plan: Plan,
    only: Vec<String>,
    servers: Vec<Spec>,
    places: Places,
    idle: usize,
}

fn main() -> ExitCode {
    match options().and_then(|options| options.map_or(Ok(()), |options| run(&options))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("bench: {e}");
            ExitCode::FAILURE
        }
    }
}

/// None if only help was wanted.
fn options() -> Result<Option<Options>> {
    let mut places = Places::beside_this_program()?;
    let mut plan = Plan { rounds: 5, time: Duration::from_secs(2), server_cpus: None };
    let (mut only, mut servers, mut idle) = (Vec::new(), "bare,base,process".to_owned(), 10_000);
    let mut args = lexopt::Parser::from_env();
    while let Some(arg) = args.next()? {
        match arg {
            Long("rounds") => plan.rounds = args.value()?.parse()?,
            Long("seconds") => {
                let seconds: f64 = args.value()?.parse()?;
                plan.time = Duration::try_from_secs_f64(seconds).map_err(|e| Error::Usage(format!("{seconds} seconds: {e}")))?;
            }
            Long("only") => only.push(args.value()?.string()?),
            Long("servers") => servers = args.value()?.string()?,
            Long("pin") => plan.server_cpus = Some(pin()?),
            Long("extension") => places.extension = args.value()?.into(),
            Long("idle") => idle = args.value()?.parse()?,
            Short('h') | Long("help") => {
                print!("{HELP}");
                return Ok(None);
            }
            other => return Err(other.unexpected().into()),
        }
    }
    if plan.rounds == 0 {
        return Err(Error::Usage("at least one round is needed".into()));
    }
    let known = |key: &str| scenario::ALL.iter().any(|scenario| scenario.key == key) || key == "memory" || key == "death";
    if let Some(key) = only.iter().find(|key| !known(key)) {
        return Err(Error::Usage(format!("unknown load '{key}'; see --help")));
    }
    let servers = servers.split(',').map(|text| places.spec(text)).collect::<Result<Vec<_>>>()?;
    Ok(Some(Options { plan, only, servers, places, idle }))
}

fn run(options: &Options) -> Result<()> {
    // the loads need hundreds of descriptors, the memory run thousands; children inherit the limit
    memory::allowed()?;
    println!("{}\n", machine::describe());
    let wanted = |key: &str| options.only.is_empty() || options.only.iter().any(|only| only == key);
    let scenarios: Vec<_> = scenario::ALL.iter().filter(|scenario| wanted(scenario.key)).collect();
    if !scenarios.is_empty() {
        print!("{}", table::HEAD);
        for scenario in scenarios {
            eprintln!("{}: {} rounds", scenario.title, options.plan.rounds);
            let reports = scenario.run(&options.servers, &options.plan)?;
            print!("{}", table::rows(scenario, &options.servers, &reports));
        }
    }
    if wanted("memory") {
        eprintln!("memory of {} idle connections", options.idle);
        print!("\n{}", memory::HEAD);
        for spec in options.servers.iter().filter(|spec| spec.name != BARE) {
            print!("{}", memory::row(&spec.name, memory::measure(spec, options.idle)?));
        }
    }
    if wanted("death") && options.servers.iter().any(|spec| spec.name == "process") {
        eprintln!("a worker of four killed three times under load");
        let outcome = death::measure(&options.places.death_spec())?;
        println!("\n{}{}\n{}", death::HEAD, death::rows(&outcome), death::summary(&outcome));
    }
    Ok(())
}

/// Puts this program on the first of its CPUs and returns the others as a list for `taskset`.
fn pin() -> Result<String> {
    use bench::error::Context;
    use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
    use nix::unistd::Pid;

    let own = Pid::from_raw(0);
    let allowed = sched_getaffinity(own).doing("read the CPUs of this process")?;
    let cpus: Vec<usize> = (0..CpuSet::count()).filter(|&cpu| allowed.is_set(cpu).unwrap_or(false)).collect();
    let [first, others @ ..] = cpus.as_slice() else { return Err(Error::Usage("no CPU to pin to".into())) };
    if others.is_empty() {
        return Err(Error::Usage("--pin needs two CPUs".into()));
    }
    let mut set = CpuSet::new();
    set.set(*first).doing("choose a CPU")?;
    sched_setaffinity(own, &set).doing("pin this process to a CPU")?;
    Ok(others.iter().map(usize::to_string).collect::<Vec<_>>().join(","))
}
