//! A server's CPU time, memory and descriptors, summed over a process and all its descendants, from procfs.
//!
//! CPU time comes from `/proc/PID/task/TID/schedstat`, whose first field is nanoseconds on a CPU: `utime` and `stime` count ticks, which is too
//! coarse for a run of a second. The kernel brings that field up to date when a task leaves the CPU, and else once a tick, so a reading is
//! exact for a server that sleeps: measure between two pauses, with [`Tree::settled`].

use crate::error::{Context, Error, Result};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::thread;
use std::time::{Duration, Instant};

/// A process and all its descendants.
#[derive(Debug, Clone, Copy)]
pub struct Tree {
    root: i32,
}

/// Nanoseconds of CPU time that each task has used since it began, by process and thread id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample(BTreeMap<(i32, i32), u64>);

impl Sample {
    /// Nanoseconds of CPU time that the tree used between `before` and this sample. A task that is new counts in full.
    ///
    /// # Errors
    /// [`Error::TaskEnded`] if a task of `before` is gone: what it used last is lost.
    pub fn since(&self, before: &Sample) -> Result<u64> {
        if let Some(&(pid, tid)) = before.0.keys().find(|task| !self.0.contains_key(task)) {
            return Err(Error::TaskEnded { pid, tid });
        }
        Ok(self.0.iter().map(|(task, ns)| ns.saturating_sub(*before.0.get(task).unwrap_or(&0))).sum())
    }

    /// How many tasks (threads of all processes) there are.
    #[must_use]
    pub fn tasks(&self) -> usize {
        self.0.len()
    }
}

impl Tree {
    /// The tree below (and with) the process `root`.
    #[must_use]
    pub fn new(root: i32) -> Self {
        Tree { root }
    }

    /// The processes of the tree, the root first, as of now.
    ///
    /// # Errors
    /// If procfs cannot be read or the root is gone.
    pub fn pids(&self) -> Result<Vec<i32>> {
        let mut children: BTreeMap<i32, Vec<i32>> = BTreeMap::new();
        let mut all = BTreeSet::new();
        for pid in numbers("/proc")? {
            // a process may end between the listing and the reading
            if let Some(parent) = fs::read_to_string(format!("/proc/{pid}/stat")).ok().as_deref().and_then(parent_of) {
                children.entry(parent).or_default().push(pid);
                all.insert(pid);
            }
        }
        if !all.contains(&self.root) {
            return Err(io::Error::from(io::ErrorKind::NotFound)).doing(format!("look for process {}", self.root));
        }
        let mut tree = vec![self.root];
        let mut next = 0;
        while let Some(&pid) = tree.get(next) {
            tree.extend(children.remove(&pid).unwrap_or_default());
            next += 1;
        }
        Ok(tree)
    }

    /// The CPU time of each task now.
    ///
    /// # Errors
    /// If procfs cannot be read, or a task ends while it is.
    pub fn sample(&self) -> Result<Sample> {
        let mut tasks = BTreeMap::new();
        for pid in self.pids()? {
            for tid in numbers(&format!("/proc/{pid}/task"))? {
                let path = format!("/proc/{pid}/task/{tid}/schedstat");
                let text = match fs::read_to_string(&path) {
                    Ok(text) => text,
                    Err(_) => return Err(Error::TaskEnded { pid, tid }),
                };
                let ns = text.split_whitespace().next().and_then(|field| field.parse().ok());
                tasks.insert((pid, tid), ns.ok_or(io::ErrorKind::InvalidData).doing(path)?);
            }
        }
        Ok(Sample(tasks))
    }

    /// The CPU time of each task once two readings a few milliseconds apart agree, that is, once the tree sleeps; after a fifth of a second the
    /// last reading is taken as it is (a server may have timers of its own).
    ///
    /// # Errors
    /// As [`Tree::sample`].
    pub fn settled(&self) -> Result<Sample> {
        let deadline = Instant::now() + Duration::from_millis(200);
        let mut last = self.sample()?;
        loop {
            // longer than a tick of 250 Hz, so that a task that runs all the time cannot look asleep
            thread::sleep(Duration::from_millis(6));
            let now = self.sample()?;
            if now == last || Instant::now() > deadline {
                return Ok(now);
            }
            last = now;
        }
    }

    /// Proportional set size of all processes together, in bytes: a page that several share is counted once.
    ///
    /// # Errors
    /// If procfs cannot be read.
    pub fn pss(&self) -> Result<u64> {
        let mut sum = 0;
        for pid in self.pids()? {
            let path = format!("/proc/{pid}/smaps_rollup");
            let text = fs::read_to_string(&path).doing(path.as_str())?;
            sum += pss_of(&text).ok_or(io::ErrorKind::InvalidData).doing(path)?;
        }
        Ok(sum)
    }

    /// Open descriptors of all processes together.
    ///
    /// # Errors
    /// If procfs cannot be read.
    pub fn descriptors(&self) -> Result<usize> {
        let mut sum = 0;
        for pid in self.pids()? {
            sum += numbers(&format!("/proc/{pid}/fd"))?.len();
        }
        Ok(sum)
    }
}

/// The entries of a directory whose names are numbers.
fn numbers(path: &str) -> Result<Vec<i32>> {
    Ok(fs::read_dir(path).doing(path)?.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect())
}

/// The parent from a line of `/proc/PID/stat`. The command's name is in parentheses and may hold spaces and parentheses itself.
fn parent_of(stat: &str) -> Option<i32> {
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

/// Bytes of the line `Pss:` in `smaps_rollup`, which counts in kB.
fn pss_of(text: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;
    use nix::time::{ClockId, clock_gettime};
    use std::process::{Command, Stdio};
    use std::sync::mpsc;

    #[test]
    fn names_with_parentheses_do_not_confuse() {
        assert_eq!(parent_of("42 (a) b (c)) S 7 42 42 0"), Some(7));
        assert_eq!(parent_of("42 cat S"), None);
    }

    #[test]
    fn pss_is_read_in_bytes() {
        assert_eq!(pss_of("a [rollup]\nRss:   10 kB\nPss:                 361 kB\nPss_Dirty: 1 kB\n"), Some(361 * 1024));
        assert_eq!(pss_of("Rss: 10 kB\n"), None);
    }

    fn sample(tasks: &[(i32, u64)]) -> Sample {
        Sample(tasks.iter().map(|&(tid, ns)| ((1, tid), ns)).collect())
    }

    #[test]
    fn a_difference_counts_new_tasks_and_refuses_lost_ones() {
        let before = sample(&[(1, 10), (2, 20)]);
        assert_eq!(sample(&[(1, 15), (2, 20), (3, 7)]).since(&before).unwrap(), 5 + 7);
        assert!(matches!(sample(&[(1, 15)]).since(&before), Err(Error::TaskEnded { pid: 1, tid: 2 })));
    }

    /// What `schedstat` says of a thread is what the thread's own clock says, and threads add up.
    #[test]
    fn cpu_time_of_threads_agrees_with_their_clocks() {
        let tree = Tree::new(std::process::id() as i32);
        let (report, reports) = mpsc::channel();
        let (go, stop): (Vec<_>, Vec<_>) = (0..2).map(|_| mpsc::channel::<()>()).unzip();
        thread::scope(|scope| {
            for stop in stop {
                let report = report.clone();
                scope.spawn(move || {
                    let own = || Duration::from(clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).unwrap());
                    while own() < Duration::from_millis(60) {}
                    report.send((nix::unistd::gettid().as_raw(), own())).unwrap();
                    stop.recv().ok();
                });
            }
            let clocks: Vec<(i32, Duration)> = (0..2).map(|_| reports.recv().unwrap()).collect();
            // other tests' threads come and go: read until a reading goes through
            let sample = loop {
                if let Ok(sample) = tree.settled() {
                    break sample;
                }
            };
            for (tid, own) in clocks {
                let ns = sample.0[&(tree.root, tid)];
                let own = own.as_nanos() as u64;
                assert!(ns >= own && ns < own + 5_000_000, "schedstat says {ns} ns, the thread's clock {own} ns");
            }
            drop(go);
        });
    }

    #[test]
    fn descendants_belong_to_the_tree() {
        let mut shell = Command::new("sh").args(["-c", "sleep 60 & echo $!; wait"]).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        io::BufRead::read_line(&mut io::BufReader::new(shell.stdout.take().unwrap()), &mut line).unwrap();
        let sleep: i32 = line.trim().parse().unwrap();
        let tree = Tree::new(shell.id() as i32);
        assert_eq!(tree.pids().unwrap(), [shell.id() as i32, sleep]);
        assert_eq!(tree.sample().unwrap().tasks(), 2);
        assert!(tree.pss().unwrap() > 0);
        assert!(tree.descriptors().unwrap() >= 6);
        nix::sys::signal::kill(nix::unistd::Pid::from_raw(sleep), nix::sys::signal::Signal::SIGKILL).unwrap();
        shell.wait().unwrap();
        assert!(tree.sample().is_err(), "a dead root is an error");
    }
}
