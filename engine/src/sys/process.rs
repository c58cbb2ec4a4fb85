//! Processes: fork, watch, reap, change identity; and the clocks and limits of the machine. It must not know roles.

use std::ffi::CString;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::time::Duration;

use nix::errno::Errno;
use nix::unistd::{self, ForkResult, Group, Pid, User};

use crate::error::{Context, Error, Result};

/// Which side of a fork this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fork {
    /// The process that forked, with the child's pid.
    Parent(i32),
    /// The new process.
    Child,
}

/// Makes a child process.
///
/// Call it before there are other threads, and with no lock held: only the calling thread goes on in the child, and a lock that
/// another one held stays locked there for ever. Flush what is buffered for output first, or both processes write it. Block
/// signals around it ([`signal::block_all`](super::signal::block_all)) until the child has its own handlers.
pub fn fork() -> Result<Fork> {
    // SAFETY: with a single thread, as required above, the child is an ordinary process. With more it could meet a lock that is
    // never released, which hangs it but breaks no memory.
    super::atfork::while_engine_forks(|| unsafe { unistd::fork() }).map(Fork::from).call("fork")
}

/// As [`fork`], for a child that is the program's own business: the [hooks](super::atfork) take it for what any other code forks.
pub fn fork_for_program() -> Result<Fork> {
    // SAFETY: as in `fork`.
    unsafe { unistd::fork() }.map(Fork::from).call("fork")
}

impl From<ForkResult> for Fork {
    fn from(result: ForkResult) -> Fork {
        match result {
            ForkResult::Parent { child } => Fork::Parent(child.as_raw()),
            ForkResult::Child => Fork::Child,
        }
    }
}

/// A descriptor that becomes readable when the process ends. Closed on exec. `ESRCH`: it has been reaped already.
pub fn pidfd_open(pid: i32) -> Result<OwnedFd> {
    // SAFETY: takes two integers.
    let fd = unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0) };
    if fd < 0 {
        return Err(io::Error::last_os_error()).call("pidfd_open");
    }
    // SAFETY: the kernel just gave us this descriptor, nobody else owns it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd as i32) })
}

/// Sends `signal` to the process `pid`; 0 only asks whether it is there. Process groups (`pid` below 1) are refused with
/// `EINVAL`, so that an unset pid in a table never hits our own group.
pub fn kill(pid: i32, signal: i32) -> Result<()> {
    if pid < 1 {
        return Err(io::Error::from(Errno::EINVAL)).call("kill");
    }
    kill_any(pid, signal)
}

/// As [`kill`], also for what the system means by numbers below 1: 0 is our own group, -1 everyone, -N the group N.
pub fn kill_any(pid: i32, signal: i32) -> Result<()> {
    // SAFETY: takes two integers.
    match unsafe { libc::kill(pid, signal) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()).call("kill"),
    }
}

/// Kills a process and those that it has started, and they, as far as the system tells of them. Each is stopped before its children are asked for,
/// so that it neither gets more of them nor collects one, whose number could then be another's.
pub fn kill_family(pid: i32) {
    // One that has ended has no children left, or is not there: nothing of that is an error here.
    if kill(pid, libc::SIGSTOP).is_err() {
        return;
    }
    let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    for child in children.split_whitespace().filter_map(|child| child.parse().ok()) {
        kill_family(child);
    }
    let _ = kill(pid, libc::SIGKILL);
}

/// Whether the process `pid` has ended, even if nobody has collected it yet. Where that can't be found out, it has not.
pub fn has_ended(pid: i32) -> bool {
    match pidfd_open(pid) {
        Ok(pidfd) => super::io::wait_readable(pidfd, Duration::ZERO).unwrap_or(false),
        Err(Error::System { source, .. }) => source.raw_os_error() == Some(libc::ESRCH),
        Err(_) => false,
    }
}

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitState {
    /// It left with this status.
    Exited(i32),
    /// This signal killed it.
    Signaled(i32),
}

/// Collects one child that has ended, any of them; `None` when none has, or there is none. It takes children of other code too:
/// where there may be such, use [`reap_pid`].
pub fn reap() -> Result<Option<(i32, ExitState)>> {
    match wait(-1, libc::WNOHANG) {
        Err(error) if error.raw_os_error() == Some(libc::ECHILD) => Ok(None),
        result => result.call("waitpid"),
    }
}

/// Collects any one child that has ended; with `blocking` it waits for one. `None`: none has. `ECHILD`: there is no child. A signal's handler that
/// runs meanwhile ends the wait with `EINTR`, so that whoever waits can deal with the signal.
pub fn wait_any(blocking: bool) -> io::Result<Option<(i32, ExitState)>> {
    loop {
        match wait_once(-1, if blocking { 0 } else { libc::WNOHANG })? {
            Waited::Ended(pid, state) => return Ok(Some((pid, state))),
            Waited::Nobody => return Ok(None),
            Waited::Other => {}
        }
    }
}

/// Collects the child `pid` if it has ended. `ECHILD`: it is no child of ours, or has been collected.
pub fn reap_pid(pid: i32) -> Result<Option<ExitState>> {
    let ended = wait(one(pid)?, libc::WNOHANG).call("waitpid")?;
    Ok(ended.map(|(_, state)| state))
}

/// As [`reap_pid`], for a child of ours that code of the program's may have collected before: how it ended is not known then.
pub fn reap_or_miss(pid: i32) -> Result<Option<Reaped>> {
    match reap_pid(pid) {
        Ok(ended) => Ok(ended.map(Reaped::Ended)),
        Err(error) if error.code() == libc::ECHILD => Ok(Some(Reaped::ByOthers)),
        Err(error) => Err(error),
    }
}

/// What became of a child.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reaped {
    /// It ended so.
    Ended(ExitState),
    /// It is gone, and somebody else was told how.
    ByOthers,
}

/// The pid of a child that has ended and was not collected, which it is not here either; `None` when none has. `ECHILD`: there are no children.
pub fn ended_child() -> Result<Option<i32>> {
    loop {
        // SAFETY: zeros are a valid siginfo_t; the kernel fills it in, or leaves the pid as it is when no child has ended.
        let (result, pid) = unsafe {
            let mut info: libc::siginfo_t = std::mem::zeroed();
            let result = libc::waitid(libc::P_ALL, 0, &raw mut info, libc::WEXITED | libc::WNOHANG | libc::WNOWAIT);
            (result, info.si_pid())
        };
        if result == 0 {
            return Ok((pid > 0).then_some(pid));
        }
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error).call("waitid");
        }
    }
}

/// Waits until the child `pid` has ended and collects it. Signals that arrive meanwhile do not end the wait.
pub fn wait_for(pid: i32) -> Result<ExitState> {
    loop {
        if let Some((_, state)) = wait(one(pid)?, 0).call("waitpid")? {
            return Ok(state);
        }
    }
}

/// Numbers below 1 mean groups of processes to waitpid.
fn one(pid: i32) -> Result<i32> {
    if pid < 1 { Err(io::Error::from(Errno::ECHILD)).call("waitpid") } else { Ok(pid) }
}

fn wait(pid: i32, flags: i32) -> io::Result<Option<(i32, ExitState)>> {
    loop {
        match wait_once(pid, flags) {
            Ok(Waited::Ended(pid, state)) => return Ok(Some((pid, state))),
            Ok(Waited::Nobody) => return Ok(None),
            Ok(Waited::Other) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// What a wait came back with.
enum Waited {
    Ended(i32, ExitState),
    /// Nobody has ended yet.
    Nobody,
    /// Stops are not asked for, but a tracer is told of them.
    Other,
}

/// Not nix's waitpid: that one has no name for real-time signals, and reports a child that died of one as an error.
fn wait_once(pid: i32, flags: i32) -> io::Result<Waited> {
    let mut status = 0;
    // SAFETY: writes to a local.
    match unsafe { libc::waitpid(pid, &mut status, flags) } {
        0 => Ok(Waited::Nobody),
        pid if pid > 0 && libc::WIFEXITED(status) => Ok(Waited::Ended(pid, ExitState::Exited(libc::WEXITSTATUS(status)))),
        pid if pid > 0 && libc::WIFSIGNALED(status) => Ok(Waited::Ended(pid, ExitState::Signaled(libc::WTERMSIG(status)))),
        pid if pid > 0 => Ok(Waited::Other),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Leaves at once: nothing is flushed, no destructor and no exit handler runs.
pub fn exit_now(code: i32) -> ! {
    // SAFETY: does not return, so there is no state to break.
    unsafe { libc::_exit(code) }
}

/// Has the kernel send `signal` to this process when its parent (more exactly, the thread that forked it) ends. Changing the
/// identity clears it, and a parent that is gone already sends nothing: check [`parent_pid`] afterwards.
pub fn set_parent_death_signal(signal: i32) -> Result<()> {
    // SAFETY: PR_SET_PDEATHSIG takes an integer.
    match unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, signal as libc::c_ulong) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()).call("prctl"),
    }
}

/// The parent's process id; another one than before means that the parent has ended.
pub fn parent_pid() -> i32 {
    unistd::getppid().as_raw()
}

/// This process's id. A system call each time, because a fork changes it.
pub fn pid() -> i32 {
    unistd::getpid().as_raw()
}

/// Gives up rights: looks up the names, then changes the root directory, the groups and the user, in this order. With a user
/// and no group it is the user's own group; with a user, its supplementary groups replace ours.
///
/// What fails costs a text in the result and is skipped, the rest is still done. Names are looked up first because the new root
/// may have no list of users.
pub fn change_identity(user: Option<&str>, group: Option<&str>, chroot: Option<&str>) -> Vec<String> {
    let mut warnings = Vec::new();
    let user = user.and_then(|name| found("user", name, User::from_name(name), &mut warnings));
    let group = group.and_then(|name| found("group", name, Group::from_name(name), &mut warnings));
    let gid = group.map(|group| group.gid).or(user.as_ref().map(|user| user.gid));
    let groups = user.as_ref().zip(gid).and_then(|(user, gid)| {
        let name = CString::new(user.name.as_str()).map_err(|_| Errno::EINVAL);
        let groups = name.and_then(|name| unistd::getgrouplist(&name, gid)).map(Some);
        found("groups of user", &user.name, groups, &mut warnings)
    });
    let mut step = |what: String, done: nix::Result<()>| {
        if let Err(errno) = done {
            warnings.push(format!("{what} failed, Error: {}[{}]", errno.desc(), errno as i32));
        }
    };
    if let Some(path) = chroot {
        step(format!("chroot({path})"), unistd::chroot(path).and_then(|()| unistd::chdir("/")));
    }
    if let Some(groups) = groups {
        step("setgroups()".to_owned(), unistd::setgroups(&groups));
    }
    if let Some(gid) = gid {
        step(format!("setgid({gid})"), unistd::setgid(gid));
    }
    if let Some(user) = user {
        step(format!("setuid({})", user.name), unistd::setuid(user.uid));
    }
    warnings
}

/// What a look-up found, or a warning that says why not.
fn found<T>(what: &str, name: &str, result: nix::Result<Option<T>>, warnings: &mut Vec<String>) -> Option<T> {
    let why = match result {
        Ok(Some(found)) => return Some(found),
        Ok(None) => "not found",
        Err(errno) => errno.desc(),
    };
    warnings.push(format!("cannot look up {what} [{name}]: {why}"));
    None
}

/// Goes on in the background: the calling process leaves with 0 at once (by `_exit`, so nothing that it had buffered is
/// written) and this function returns in a child with its own session, `/` as its directory, `/dev/null` as standard input, and
/// `output` (or `/dev/null`) as standard output and error. The file mode mask stays.
///
/// All that can fail is done before the calling process leaves, so an error is seen there; but for what the child alone can do
/// and which does not fail in practice.
pub fn daemonize(output: Option<BorrowedFd<'_>>) -> Result<()> {
    let null = null_device()?;
    let output = output.unwrap_or(null.as_fd());
    if let Fork::Parent(_) = fork()? {
        exit_now(0);
    }
    unistd::setsid().call("setsid")?;
    std::env::set_current_dir("/").call("chdir")?;
    replace_streams([Some(null.as_fd()), Some(output), Some(output)])
}

/// What swallows all that is written to it, and has nothing to read.
pub fn null_device() -> Result<OwnedFd> {
    std::fs::OpenOptions::new().read(true).write(true).open("/dev/null").map(OwnedFd::from).call("open")
}

/// Makes this process the leader of a session of its own, without a terminal.
pub fn new_session() -> Result<()> {
    unistd::setsid().call("setsid").map(drop)
}

/// Puts descriptors in the place of standard input, output and error, where one is given.
pub fn replace_streams([input, output, error]: [Option<BorrowedFd<'_>>; 3]) -> Result<()> {
    if let Some(input) = input {
        unistd::dup2_stdin(input).call("dup2")?;
    }
    if let Some(output) = output {
        unistd::dup2_stdout(output).call("dup2")?;
    }
    if let Some(error) = error {
        unistd::dup2_stderr(error).call("dup2")?;
    }
    Ok(())
}

/// As [`replace_streams`], for descriptors that somebody else owns, by number. `EBADF`: one is not open.
pub fn replace_streams_by_number(numbers: [Option<RawFd>; 3]) -> Result<()> {
    let mut copies = [None, None, None];
    // All are copied first: one of them may be standard input, output or error itself.
    for (copy, number) in copies.iter_mut().zip(numbers) {
        *copy = number.map(super::foreign::duplicate).transpose().call("fcntl")?;
    }
    let [input, output, error] = &copies;
    replace_streams([input.as_ref().map(AsFd::as_fd), output.as_ref().map(AsFd::as_fd), error.as_ref().map(AsFd::as_fd)])
}

/// Turns this process into the program `file`, with these arguments (the first is its name) and this process's environment. It comes back only to
/// say why not.
pub fn execute(file: &[u8], args: &[Vec<u8>]) -> Error {
    fn run(file: &[u8], args: &[Vec<u8>]) -> nix::Result<std::convert::Infallible> {
        let text = |bytes: &[u8]| CString::new(bytes).map_err(|_| Errno::EINVAL);
        let args = args.iter().map(|arg| text(arg)).collect::<nix::Result<Vec<_>>>()?;
        unistd::execv(&text(file)?, &args)
    }
    match run(file, args) {
        Err(errno) => Error::System { call: "execv", source: errno.into() },
        Ok(never) => match never {},
    }
}

/// Makes `target` this process's standard output and error, as a log that is opened anew wants it.
pub fn redirect_output(target: BorrowedFd<'_>) -> Result<()> {
    replace_streams([None, Some(target), Some(target)])
}

/// Binds the calling thread to one processor.
pub fn set_affinity(cpu: usize) -> Result<()> {
    set_affinity_to(&[cpu])
}

/// Lets the calling thread run on these processors only. `EINVAL`: there is none of them.
pub fn set_affinity_to(cpus: &[usize]) -> Result<()> {
    let mut set = nix::sched::CpuSet::new();
    for cpu in cpus {
        set.set(*cpu).call("sched_setaffinity")?;
    }
    nix::sched::sched_setaffinity(Pid::from_raw(0), &set).call("sched_setaffinity")
}

/// The processors that the calling thread may run on, ascending.
pub fn affinity() -> Result<Vec<usize>> {
    let set = nix::sched::sched_getaffinity(Pid::from_raw(0)).call("sched_getaffinity")?;
    Ok((0..nix::sched::CpuSet::count()).filter(|&cpu| set.is_set(cpu).unwrap_or(false)).collect())
}

/// The number of processors that are online, at least 1.
pub fn cpu_count() -> usize {
    // SAFETY: takes an integer.
    usize::try_from(unsafe { libc::sysconf(libc::_SC_NPROCESSORS_ONLN) }).unwrap_or(1).max(1)
}

/// How many files this process may have open (the soft limit).
pub fn nofile_limit() -> u64 {
    // Without an answer the least that a system promises.
    nix::sys::resource::getrlimit(nix::sys::resource::Resource::RLIMIT_NOFILE).map_or(1024, |(soft, _)| soft)
}

/// Nanoseconds of a clock that never goes back; the same one in all processes. No system call (vDSO).
#[inline]
pub fn monotonic_ns() -> u64 {
    clock_ns(libc::CLOCK_MONOTONIC)
}

/// Nanoseconds since 1970, as the system's clock has it. No system call (vDSO).
#[inline]
pub fn realtime_ns() -> u64 {
    clock_ns(libc::CLOCK_REALTIME)
}

#[inline]
fn clock_ns(clock: libc::clockid_t) -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: writes to a local. Both clocks exist on every kernel, so the call cannot fail.
    unsafe { libc::clock_gettime(clock, &mut time) };
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}
