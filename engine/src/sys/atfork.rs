//! Hooks that run in the child of every fork, also of one that code outside of the engine makes. It must not know what they do.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, Ordering};

use crate::error::{Context, Result};

/// How many hooks there can be. Each is one per process and kind, not one per object.
const HOOKS: usize = 8;

static CHILD_HOOKS: [AtomicPtr<()>; HOOKS] = [const { AtomicPtr::new(std::ptr::null_mut()) }; HOOKS];
static ENGINE_FORKS: AtomicBool = AtomicBool::new(false);
/// Whether forks are counted, and how many lie between this process and the one that began to count.
static COUNTING: AtomicBool = AtomicBool::new(false);
static GENERATION: AtomicU32 = AtomicU32::new(0);
/// What pthread_atfork said, the one time that it was called.
static REGISTERED: OnceLock<i32> = OnceLock::new();

/// Has `hook` called in the child of every later fork, before fork returns there. The same function is registered once.
///
/// The hook runs where only one thread is left and where a lock of another thread may be held for ever: it should do no more
/// than store to atomics and close or mark what it was given through them. A hook that panics is stopped there.
/// [`forked_by_engine`] tells it whose fork it is.
///
/// Fails when all places are taken.
pub fn on_fork_in_child(hook: fn()) -> Result<()> {
    let registered = *REGISTERED.get_or_init(|| {
        // SAFETY: the handler is an extern "C" function that lives as long as this library: glibc drops the registration when the
        // library is unloaded.
        unsafe { libc::pthread_atfork(None, None, Some(run_child_hooks)) }
    });
    if registered != 0 {
        return Err(std::io::Error::from_raw_os_error(registered)).call("pthread_atfork");
    }
    let wanted = hook as *mut ();
    for place in &CHILD_HOOKS {
        match place.compare_exchange(std::ptr::null_mut(), wanted, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => return Ok(()),
            Err(there) if there == wanted => return Ok(()),
            Err(_) => {}
        }
    }
    Err(std::io::Error::from_raw_os_error(libc::ENOMEM)).call("pthread_atfork")
}

/// True inside a hook when the fork is one that [`process::fork`](super::process::fork) makes; false for a fork by other code.
pub fn forked_by_engine() -> bool {
    ENGINE_FORKS.load(Ordering::Acquire)
}

/// Set in a process that was forked by other code than the engine: what its parent owned is not its own.
static FORKED: AtomicBool = AtomicBool::new(false);

/// Notices forks that are not the engine's: [`forked_by_program`] tells of them. Once a process is enough.
pub fn notice_program_forks() -> Result<()> {
    on_fork_in_child(|| {
        let foreign = !forked_by_engine();
        FORKED.store(foreign, Ordering::Relaxed);
        if foreign {
            // A loop that looks at what they left behind is not run here: TERM would have no effect.
            super::signal::disown();
        }
    })
}

/// Whether the calling process was forked by the program, in a callback, and not by the engine. It must end when the callback does: what
/// follows the callback is its parent's.
#[inline]
pub fn forked_by_program() -> bool {
    FORKED.load(Ordering::Relaxed)
}

/// The calling process is from now on one that owns what it has: it runs a program of its own. What [`give_back`] wants.
pub fn adopt() -> bool {
    FORKED.swap(false, Ordering::Relaxed)
}

/// That program has ended; what it is to its parent is again as [`adopt`] found it.
pub fn give_back(forked: bool) {
    FORKED.store(forked, Ordering::Relaxed);
}

/// A number that is another one in each child than in its parent: what is kept with it, and depends on threads or on an epoll instance, is of no use
/// when the number has changed.
///
/// # Errors
/// As for [`on_fork_in_child`], at the first call.
pub fn generation() -> Result<u32> {
    if !COUNTING.load(Ordering::Relaxed) {
        on_fork_in_child(|| {
            GENERATION.fetch_add(1, Ordering::Relaxed);
        })?;
        COUNTING.store(true, Ordering::Relaxed);
    }
    Ok(last_generation())
}

/// As [`generation`], which has to have been called before.
#[inline]
pub fn last_generation() -> u32 {
    GENERATION.load(Ordering::Relaxed)
}

/// Marks the time in which a fork is the engine's own.
pub(super) fn while_engine_forks<T>(fork: impl FnOnce() -> T) -> T {
    ENGINE_FORKS.store(true, Ordering::Release);
    let result = fork();
    ENGINE_FORKS.store(false, Ordering::Release);
    result
}

extern "C" fn run_child_hooks() {
    for place in &CHILD_HOOKS {
        let hook = place.load(Ordering::Acquire);
        if hook.is_null() {
            continue;
        }
        // SAFETY: only `on_fork_in_child` stores here, and only values of this very type.
        let hook = unsafe { std::mem::transmute::<*mut (), fn()>(hook) };
        // A panic must not cross into C; there is nobody to tell.
        let _ = std::panic::catch_unwind(hook);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicI32;

    use nix::unistd::ForkResult;

    use super::*;
    use crate::sys::process::{self, ExitState, Fork};

    static SEEN: AtomicI32 = AtomicI32::new(0);

    /// Counts its calls, and adds 10 for a fork of the engine's.
    fn count() {
        SEEN.fetch_add(if forked_by_engine() { 11 } else { 1 }, Ordering::Relaxed);
    }

    fn panicking() {
        std::panic::resume_unwind(Box::new("not to cross into C"));
    }

    #[test]
    fn hooks_run_once_in_every_child_and_know_whose_fork_it_is() {
        on_fork_in_child(panicking).unwrap();
        on_fork_in_child(count).unwrap();
        on_fork_in_child(count).unwrap();

        let child = match process::fork().unwrap() {
            Fork::Child => process::exit_now(SEEN.load(Ordering::Relaxed)),
            Fork::Parent(pid) => pid,
        };
        assert_eq!(process::wait_for(child).unwrap(), ExitState::Exited(11));

        // SAFETY: the child loads an atomic and leaves.
        let child = match unsafe { nix::unistd::fork() }.unwrap() {
            ForkResult::Child => process::exit_now(SEEN.load(Ordering::Relaxed)),
            ForkResult::Parent { child } => child.as_raw(),
        };
        assert_eq!(process::wait_for(child).unwrap(), ExitState::Exited(1));

        assert_eq!(SEEN.load(Ordering::Relaxed), 0, "not in the parent");
        assert!(!forked_by_engine());
    }
}
