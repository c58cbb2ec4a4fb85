//! What a figure must be read with: the machine, and how busy it was with other things.

use std::fs;

/// CPUs, kernel and the load average of the last minute, in one line; what cannot be read is left out.
#[must_use]
pub fn describe() -> String {
    let read = |path| fs::read_to_string(path).unwrap_or_default();
    let cpuinfo = read("/proc/cpuinfo");
    let mut models = cpuinfo.lines().filter_map(|line| Some(line.strip_prefix("model name")?.split_once(':')?.1.trim()));
    let model = models.next().unwrap_or("CPU of unknown name");
    let load = read("/proc/loadavg");
    let load = load.split_whitespace().next().unwrap_or("unknown");
    let kernel = read("/proc/sys/kernel/osrelease");
    format!("{} × {model}, Linux {}, load average at the begin {load}", models.count() + 1, kernel.trim())
}
