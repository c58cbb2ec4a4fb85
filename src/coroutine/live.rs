//! [`Live`]: the coroutines that there are, by their ids. It must not know what they do.
//!
//! Ids count up, so their low bits spread them better than any hash, and one is found in a few instructions: `resume()` has to find its
//! coroutine each time.

use std::rc::Rc;

use super::record::{Cid, Record};

/// The coroutines that there are.
#[derive(Default)]
pub(super) struct Live {
    /// None, or as many as a power of two, at least as many as there are coroutines.
    places: Vec<Place>,
    len: usize,
}

/// Those whose ids have the same low bits: rarely more than one.
#[derive(Clone, Default)]
struct Place {
    first: Option<Rc<Record>>,
    others: Vec<Rc<Record>>,
}

const FIRST_PLACES: usize = 64;

impl Live {
    #[inline(always)]
    fn place(&self, cid: Cid) -> usize {
        cid as usize & self.places.len().wrapping_sub(1)
    }

    pub fn len(&self) -> usize {
        self.len
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    #[inline(always)]
    pub fn get(&self, cid: &Cid) -> Option<&Rc<Record>> {
        let place = self.places.get(self.place(*cid))?;
        match &place.first {
            Some(record) if record.cid.get() == *cid => Some(record),
            Some(_) => place.others.iter().find(|record| record.cid.get() == *cid),
            None => None,
        }
    }

    pub fn contains_key(&self, cid: &Cid) -> bool {
        self.get(cid).is_some()
    }

    /// Adds one by its id, which must be new.
    #[inline(always)]
    pub fn insert(&mut self, record: Rc<Record>) {
        if self.len >= self.places.len() {
            self.grow();
        }
        self.len += 1;
        let at = self.place(record.cid.get());
        self.places[at].add(record);
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self) {
        let most = (self.places.len() * 2).max(FIRST_PLACES);
        let before = std::mem::replace(&mut self.places, vec![Place::default(); most]);
        for record in before.into_iter().flat_map(Place::into_records) {
            let at = self.place(record.cid.get());
            self.places[at].add(record);
        }
    }

    /// Takes one out.
    #[inline(always)]
    pub fn remove(&mut self, cid: Cid) -> Option<Rc<Record>> {
        let at = self.place(cid);
        let place = self.places.get_mut(at)?;
        let removed = match &place.first {
            Some(record) if record.cid.get() == cid => std::mem::replace(&mut place.first, place.others.pop()),
            Some(_) => {
                let position = place.others.iter().position(|record| record.cid.get() == cid)?;
                Some(place.others.swap_remove(position))
            }
            None => None,
        };
        self.len -= usize::from(removed.is_some());
        removed
    }

    /// The ids of all.
    pub fn keys(&self) -> impl Iterator<Item = Cid> {
        self.places.iter().flat_map(|place| place.first.iter().chain(&place.others)).map(|record| record.cid.get())
    }

    /// Takes all out.
    pub fn into_records(self) -> impl Iterator<Item = Rc<Record>> {
        self.places.into_iter().flat_map(Place::into_records)
    }
}

impl Place {
    #[inline(always)]
    fn add(&mut self, record: Rc<Record>) {
        match self.first {
            None => self.first = Some(record),
            Some(_) => self.others.push(record),
        }
    }

    fn into_records(self) -> impl Iterator<Item = Rc<Record>> {
        self.first.into_iter().chain(self.others)
    }
}
