//! What the table measures, with the targets, and how: rounds, in each of which the servers take turns.
//!
//! A machine changes its pace from second to second (clock speed, neighbours, caches), by far more than the differences to be seen. So all
//! servers of a scenario run side by side, and a round is made of short slices that go around between them: what disturbs one disturbs the
//! others. A server that has no turn has nothing in flight and sleeps. Each round starts the servers anew.

use crate::error::Result;
use crate::load::{Client, Load, Report, Until};
use crate::server::{BARE, Server, Spec};
use std::time::Duration;

/// Sending before the measurement, so that a server has seen the load once.
const WARM_UP: Duration = Duration::from_millis(300);
/// Measured in one turn.
const SLICE: Duration = Duration::from_millis(250);
/// Sending at the begin of a turn before it is measured.
const LEAD_IN: Duration = Duration::from_millis(10);

/// One row of the table.
#[derive(Debug)]
pub struct Scenario {
    /// Its name on the command line.
    pub key: &'static str,
    /// What it is.
    pub title: &'static str,
    connections: usize,
    size: u64,
    depth: u64,
    base: Option<f64>,
    process: Option<f64>,
}

/// All of them, in the table's order.
pub const ALL: [Scenario; 6] = [
    Scenario {
        key: "64b",
        title: "50 connections, 64 B, one at a time",
        connections: 50,
        size: 64,
        depth: 1,
        base: Some(1.06),
        process: Some(1.25),
    },
    Scenario {
        key: "64b-16",
        title: "50 connections, 64 B, 16 in flight",
        connections: 50,
        size: 64,
        depth: 16,
        base: Some(1.06),
        process: Some(1.4),
    },
    Scenario {
        key: "1k",
        title: "200 connections, 1 KiB, one at a time",
        connections: 200,
        size: 1024,
        depth: 1,
        base: Some(1.06),
        process: None,
    },
    Scenario {
        key: "64k",
        title: "20 connections, 64 KiB, one at a time",
        connections: 20,
        size: 65_536,
        depth: 1,
        base: Some(1.06),
        process: Some(1.75),
    },
    Scenario {
        key: "1conn",
        title: "1 connection, 64 B, one at a time",
        connections: 1,
        size: 64,
        depth: 1,
        base: None,
        process: None,
    },
    Scenario {
        key: "4conn",
        title: "4 connections, 64 B, one at a time",
        connections: 4,
        size: 64,
        depth: 1,
        base: None,
        process: None,
    },
];

/// How often and how long, and on which CPUs.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Rounds, of which the medians are taken.
    pub rounds: usize,
    /// Measured for each server in a round.
    pub time: Duration,
    /// CPUs of the servers, as `taskset` takes them; none: wherever the kernel puts them.
    pub server_cpus: Option<String>,
}

impl Scenario {
    /// The most CPU time a message that is wanted of a server, as a multiple of the bare server's.
    #[must_use]
    pub fn target(&self, server: &str) -> Option<f64> {
        match server {
            "base" => self.base,
            "process" => self.process,
            _ => None,
        }
    }

    /// Runs all rounds; the reports are by server, in the order given, then by round.
    ///
    /// # Errors
    /// The first thing that makes a figure worthless.
    pub fn run(&self, servers: &[Spec], plan: &Plan) -> Result<Vec<Vec<Report>>> {
        let mut reports = vec![Vec::new(); servers.len()];
        for round in 0..plan.rounds {
            for (report, reports) in self.round(servers, plan, round)?.into_iter().zip(&mut reports) {
                reports.push(report);
            }
        }
        Ok(reports)
    }

    fn round(&self, specs: &[Spec], plan: &Plan, round: usize) -> Result<Vec<Report>> {
        let mut running = Vec::new();
        for spec in specs {
            let server = spec.start(plan.server_cpus.as_deref())?;
            let load =
                Load { address: server.address(), connections: self.connections, size: self.size, depth: self.depth, threads: 1 };
            let mut client = Client::connect(load)?;
            client.phase(Until::Elapsed(WARM_UP))?;
            running.push(Turns { client, server, report: None });
        }
        let count = running.len();
        let slices = (plan.time.as_secs_f64() / SLICE.as_secs_f64()).round().max(1.0) as usize;
        for slice in 0..slices {
            for turn in 0..count {
                // whoever comes first changes, so that nobody always follows the same one
                running[(turn + slice + round) % count].take()?;
            }
        }
        Ok(running.into_iter().filter_map(|turns| turns.report).collect())
    }
}

/// A server, its client, and what its turns showed so far.
struct Turns {
    // before the server, so that it sees its connections close and then the signal
    client: Client,
    server: Server,
    report: Option<Report>,
}

impl Turns {
    fn take(&mut self) -> Result<()> {
        let slice = self.client.run(Until::Elapsed(LEAD_IN), Until::Elapsed(SLICE), Some(self.server.tree()))?;
        self.report = Some(match self.report.take() {
            Some(report) => report.and(slice),
            None => slice,
        });
        Ok(())
    }
}

/// Index of the bare server among the specs, if it is there.
#[must_use]
pub fn bare_among(servers: &[Spec]) -> Option<usize> {
    servers.iter().position(|spec| spec.name == BARE)
}
