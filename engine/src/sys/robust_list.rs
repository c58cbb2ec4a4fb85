//! The list of what a thread holds, which the kernel goes through when the thread ends, however it ends: get_robust_list(2). It must not know what
//! is held.
//!
//! A thread has one such list, and the C library has made it for its own robust mutexes. Entries of ours go into the same list: the kernel wants
//! to know of each where the next one is, the C library where the one before is as well, and the word that is marked lies at the same distance
//! from all. That the C library that is there keeps its list in this way is looked at before it is used ([`Holder::current`]); where it does
//! not, there are no entries of ours.

use std::{
    cell::{Cell, UnsafeCell},
    mem::{MaybeUninit, offset_of},
    ptr,
    sync::atomic::{
        AtomicU8,
        Ordering::{Relaxed, SeqCst},
        compiler_fence,
    },
};

use super::atfork;

/// A place in a list: where the next place lies, with the lowest bit for the C library's own use.
type Link = *mut usize;

/// What can be held. Zeros are one that nobody holds.
#[repr(C)]
pub struct Entry {
    /// Who holds it. The kernel clears the number of a thread that ends, and sets `FUTEX_OWNER_DIED`.
    pub word: std::sync::atomic::AtomicU32,
    _unused: [u32; 5],
    previous: UnsafeCell<usize>,
    next: UnsafeCell<usize>,
}

// SAFETY: the word is an atomic; the links are read and written by the thread alone that holds the entry.
unsafe impl Sync for Entry {}

/// Where the word is, seen from the link, as the kernel is told.
const WORD: isize = offset_of!(Entry, word) as isize - offset_of!(Entry, next) as isize;

/// The head of a thread's list, as the kernel knows it.
#[repr(C)]
struct Head {
    first: usize,
    word: isize,
    pending: usize,
}

/// A thread that can hold entries. It is of use to this thread only, and not to one that was forked from it.
#[derive(Clone, Copy)]
pub struct Holder {
    head: *mut Head,
    /// The number by which the kernel knows the thread.
    pub tid: u32,
    generation: u32,
}

const UNKNOWN: u8 = 0;
const SHARED: u8 = 1;
const APART: u8 = 2;

/// Whether the C library's list takes entries of ours. Found once, by the first process that asks: its children inherit the answer.
static LIST: AtomicU8 = AtomicU8::new(UNKNOWN);

thread_local! {
    static CURRENT: Cell<Option<Holder>> = const { Cell::new(None) };
}

/// Whether entries can be held in this process. Before a fork and after it the answer is the same.
pub fn is_shared() -> bool {
    if cfg!(loom) {
        return false;
    }
    match LIST.load(Relaxed) {
        SHARED => true,
        UNKNOWN => {
            // Without the generation a fork would not be noticed.
            let shared = atfork::generation().is_ok() && Holder::find().is_some_and(|holder| holder.list_takes_others());
            LIST.store(if shared { SHARED } else { APART }, Relaxed);
            shared
        }
        _ => false,
    }
}

impl Holder {
    /// No thread: never fresh.
    pub const NONE: Holder = Holder { head: ptr::null_mut(), tid: 0, generation: u32::MAX };

    /// The thread that runs; none where [`is_shared`] is false.
    #[inline]
    pub fn current() -> Option<Holder> {
        match CURRENT.get() {
            Some(holder) if holder.is_fresh() => Some(holder),
            _ => Holder::renewed(),
        }
    }

    /// Whether no fork lies between the thread that this was made in and the one that runs.
    #[inline]
    pub fn is_fresh(&self) -> bool {
        self.generation == atfork::last_generation()
    }

    #[cold]
    fn renewed() -> Option<Holder> {
        let holder = if is_shared() { Holder::find() } else { None };
        CURRENT.set(holder);
        holder
    }

    fn find() -> Option<Holder> {
        let mut head = ptr::null_mut::<Head>();
        let mut size = 0usize;
        // SAFETY: the kernel writes a pointer and a size to places of ours, and knows a thread's own list by 0.
        let failed = unsafe { libc::syscall(libc::SYS_get_robust_list, 0, &raw mut head, &raw mut size) };
        // SAFETY: a head that the kernel knows is one of the thread's own, as large as it says.
        let known = failed == 0 && size == size_of::<Head>() && !head.is_null() && unsafe { (*head).word } == WORD;
        // SAFETY: it only asks.
        let tid = unsafe { libc::gettid() };
        known.then(|| Holder { head, tid: tid.cast_unsigned(), generation: atfork::last_generation() })
    }

    /// Has an entry of ours between two mutexes of the C library's, and sees whether each finds its neighbours.
    fn list_takes_others(&self) -> bool {
        // SAFETY: the mutexes are initialised before they are used and stay where they are; each is given back before it goes. The head is this
        // thread's own.
        unsafe {
            let (mut below, mut above) = (MaybeUninit::<Entry>::zeroed(), MaybeUninit::<Entry>::zeroed());
            let own = MaybeUninit::<Entry>::zeroed();
            if size_of::<libc::pthread_mutex_t>() < size_of::<Entry>() {
                return false;
            }
            let mut memory = [const { MaybeUninit::<libc::pthread_mutex_t>::uninit() }; 2];
            let mutexes = memory.each_mut().map(MaybeUninit::as_mut_ptr);
            for mutex in mutexes {
                if init_mutex(mutex) != 0 {
                    return false;
                }
            }
            let first = (*self.head).first;
            let link = |mutex: *mut libc::pthread_mutex_t| mutex.cast::<u8>().add(offset_of!(Entry, next)) as usize;
            let own_link = (&raw const (*own.as_ptr()).next) as usize;
            libc::pthread_mutex_lock(mutexes[0]);
            let alone = (*self.head).first == link(mutexes[0]);
            if !alone {
                libc::pthread_mutex_unlock(mutexes[0]);
                return false;
            }
            self.link(own.assume_init_ref());
            libc::pthread_mutex_lock(mutexes[1]);
            ptr::copy_nonoverlapping(mutexes[0].cast::<u8>(), below.as_mut_ptr().cast(), size_of::<Entry>());
            ptr::copy_nonoverlapping(mutexes[1].cast::<u8>(), above.as_mut_ptr().cast(), size_of::<Entry>());
            let (below, above, own) = (below.assume_init_ref(), above.assume_init_ref(), own.assume_init_ref());
            let between = (*self.head).first == link(mutexes[1])
                && *above.next.get() == own_link
                && *own.previous.get() == link(mutexes[1])
                && *own.next.get() == link(mutexes[0])
                && *below.previous.get() == own_link
                && below.word.load(Relaxed) & libc::FUTEX_TID_MASK == self.tid;
            libc::pthread_mutex_unlock(mutexes[1]);
            libc::pthread_mutex_unlock(mutexes[0]);
            let left = (*self.head).first == own_link && *own.next.get() == first && *own.previous.get() == self.head as usize;
            self.unlink(own);
            let restored = (*self.head).first == first;
            for mutex in mutexes {
                libc::pthread_mutex_destroy(mutex);
            }
            between && left && restored
        }
    }

    /// Says that the thread is about to take or give back an entry: should it die meanwhile, the kernel looks at that one too.
    #[inline]
    pub fn begin(&self, entry: &Entry) {
        // SAFETY: the head is this thread's own.
        unsafe { (&raw mut (*self.head).pending).write_volatile(entry.next.get() as usize) };
        compiler_fence(SeqCst);
    }

    /// What [`begin`](Self::begin) has announced is done.
    #[inline]
    pub fn end(&self) {
        compiler_fence(SeqCst);
        // SAFETY: the head is this thread's own.
        unsafe { (&raw mut (*self.head).pending).write_volatile(0) };
    }

    /// Puts an entry whose word names the thread into its list.
    ///
    /// # Safety
    /// The thread is the one that runs, it has just taken the entry, and gives it back before the entry's memory goes.
    #[inline]
    pub unsafe fn link(&self, entry: &Entry) {
        // SAFETY: the entry is in no list, and its links are ours; what is in the list is held by this thread, in memory that is there.
        unsafe {
            let link = entry.next.get() as usize;
            let first = (*self.head).first;
            *entry.next.get() = first;
            *entry.previous.get() = self.head as usize;
            *previous_of(first) = link;
            compiler_fence(SeqCst);
            (&raw mut (*self.head).first).write_volatile(link);
        }
    }

    /// Takes an entry out of the thread's list.
    ///
    /// # Safety
    /// The thread is the one that runs, and the entry is in its list.
    #[inline]
    pub unsafe fn unlink(&self, entry: &Entry) {
        // SAFETY: both neighbours are entries that this thread holds, or the list's head.
        unsafe {
            let (previous, next) = (*entry.previous.get(), *entry.next.get());
            *previous_of(next) = previous;
            ((previous & !1) as Link).write_volatile(next);
            compiler_fence(SeqCst);
        }
    }
}

/// Where the place of this link names the one before it.
#[inline]
fn previous_of(link: usize) -> Link {
    ((link & !1) as Link).wrapping_sub(1)
}

/// As pthread_mutex_init(3), of a mutex that processes share, that outlives its holder, and that knows who holds it.
///
/// # Safety
/// The memory is writable and nobody uses it yet.
pub unsafe fn init_mutex(mutex: *mut libc::pthread_mutex_t) -> i32 {
    let mut attributes = MaybeUninit::<libc::pthread_mutexattr_t>::uninit();
    let attributes = attributes.as_mut_ptr();
    // SAFETY: the attributes are initialised first and destroyed last, and live here; the caller vouches for the mutex.
    unsafe {
        libc::pthread_mutexattr_init(attributes);
        libc::pthread_mutexattr_settype(attributes, libc::PTHREAD_MUTEX_ERRORCHECK);
        libc::pthread_mutexattr_setpshared(attributes, libc::PTHREAD_PROCESS_SHARED);
        libc::pthread_mutexattr_setrobust(attributes, libc::PTHREAD_MUTEX_ROBUST);
        let failed = libc::pthread_mutex_init(mutex, attributes);
        libc::pthread_mutexattr_destroy(attributes);
        failed
    }
}
