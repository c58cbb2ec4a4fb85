//! What this machine allows: the upper bounds of some options. It must not know the options.

use nix::sys::resource::{Resource, getrlimit};
use nix::unistd::{SysconfVar, sysconf};

/// Bounds that differ from machine to machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Processors that are online, at least 1.
    pub cpus: u32,
    /// How many files a process may have open (the soft limit).
    pub open_files: u32,
}

impl Limits {
    /// What holds here and now.
    pub fn of_this_machine() -> Limits {
        // Not `available_parallelism`: it follows the affinity mask and control groups, and the default number of workers would
        // change with them for programs that have run with one per processor.
        let cpus = sysconf(SysconfVar::_NPROCESSORS_ONLN).ok().flatten().and_then(|n| u32::try_from(n).ok());
        let open_files = getrlimit(Resource::RLIMIT_NOFILE).map_or(1024, |(soft, _)| u32::try_from(soft).unwrap_or(u32::MAX));
        Limits { cpus: cpus.unwrap_or(1).max(1), open_files: open_files.max(1) }
    }
}
