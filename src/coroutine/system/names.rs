//! Names of hosts: looked up by a thread while the coroutine waits, and kept for a while. It must not know who asks.

use std::{
    cell::RefCell,
    collections::HashMap,
    net::IpAddr,
    time::{Duration, Instant},
};

use engine::sys::resolve::{self, Query};

use super::beside;
use crate::zend::{Result, constants};

const NOT_FOUND: i64 = constants::SWOOLE_ERROR_DNSLOOKUP_RESOLVE_FAILED;
const TIMED_OUT: i64 = constants::SWOOLE_ERROR_DNSLOOKUP_RESOLVE_TIMEOUT;

/// What is kept, and how.
struct Cache {
    kept: HashMap<(Vec<u8>, i32), Kept>,
    settings: Settings,
}

struct Kept {
    addresses: Vec<IpAddr>,
    until: Instant,
}

/// How names are kept.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// How long.
    pub time: Duration,
    /// How many.
    pub most: usize,
    /// Of several addresses not always the first is given.
    pub random: bool,
}

const DEFAULT: Settings = Settings { time: Duration::from_secs(60), most: 1000, random: false };

thread_local! {
    static CACHE: RefCell<Cache> = RefCell::new(Cache { kept: HashMap::new(), settings: DEFAULT });
}

/// Changes how names are kept.
pub fn configure(change: impl FnOnce(&mut Settings)) {
    CACHE.with_borrow_mut(|cache| change(&mut cache.settings));
}

/// Forgets what was kept.
pub fn clear() {
    CACHE.with_borrow_mut(|cache| cache.kept.clear());
}

/// At the end of a request.
pub fn forget() {
    CACHE.with_borrow_mut(|cache| *cache = Cache { kept: HashMap::new(), settings: DEFAULT });
}

impl Cache {
    fn find(&self, key: &(Vec<u8>, i32)) -> Option<Vec<IpAddr>> {
        self.kept.get(key).filter(|kept| kept.until > Instant::now()).map(|kept| kept.addresses.clone())
    }

    fn keep(&mut self, key: (Vec<u8>, i32), addresses: Vec<IpAddr>) {
        if self.settings.most == 0 || self.settings.time.is_zero() {
            return;
        }
        let now = Instant::now();
        if self.kept.len() >= self.settings.most {
            self.kept.retain(|_, kept| kept.until > now);
        }
        if self.kept.len() >= self.settings.most {
            // The one that would go next.
            let oldest = self.kept.iter().min_by_key(|(_, kept)| kept.until).map(|(key, _)| key.clone());
            oldest.map(|key| self.kept.remove(&key));
        }
        let until = now.checked_add(self.settings.time).unwrap_or(now + DEFAULT.time);
        self.kept.insert(key, Kept { addresses, until });
    }

    /// One of several, by chance if that is set.
    fn choose(&self, addresses: &[IpAddr]) -> Option<IpAddr> {
        let index = if self.settings.random { crate::zend::fiber::clock() as usize % addresses.len().max(1) } else { 0 };
        addresses.get(index).copied()
    }
}

/// An address of a name, in one family; otherwise a code.
///
/// # Errors
/// The coroutine has to leave.
pub(super) fn first(name: &[u8], family: i32, at_most: Option<Duration>) -> Result<std::result::Result<IpAddr, i64>> {
    let literal = std::str::from_utf8(name).ok().and_then(|name| name.parse::<IpAddr>().ok());
    if let Some(address) = literal.filter(|address| address.is_ipv4() == (family == libc::AF_INET)) {
        return Ok(Ok(address));
    }
    let key = (name.to_ascii_lowercase(), family);
    let found = match CACHE.with_borrow(|cache| cache.find(&key)) {
        Some(found) => found,
        None => {
            let query = Query { host: name.to_vec(), family, kind: libc::SOCK_STREAM, ..Query::default() };
            match all(query, at_most)? {
                Ok(found) => {
                    CACHE.with_borrow_mut(|cache| cache.keep(key, found.clone()));
                    found
                }
                Err(code) => return Ok(Err(code)),
            }
        }
    };
    Ok(CACHE.with_borrow(|cache| cache.choose(&found)).ok_or(NOT_FOUND))
}

/// All that the resolver knows; otherwise a code.
///
/// # Errors
/// The coroutine has to leave.
pub(super) fn all(query: Query, at_most: Option<Duration>) -> Result<std::result::Result<Vec<IpAddr>, i64>> {
    match beside(at_most, TIMED_OUT, move || resolve::addresses(&query))? {
        Ok(Ok(found)) => Ok(Ok(found)),
        Ok(Err(_)) => Ok(Err(NOT_FOUND)),
        Err(code) => Ok(Err(code)),
    }
}
