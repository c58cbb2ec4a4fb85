//! [`Input`]: bytes that have come and were not taken yet. It must not know where they come from.

/// How much is read at a time, in bytes, unless more is wanted.
const CHUNK: usize = 64 << 10;
/// A buffer that had to grow past this is given back when all in it is taken.
const KEPT: usize = 1 << 20;

/// See the module.
#[derive(Default)]
pub struct Input {
    /// All of it is initialised; `start..end` is what was not taken.
    bytes: Vec<u8>,
    start: usize,
    end: usize,
}

impl Input {
    /// What was not taken yet.
    pub fn unread(&self) -> &[u8] {
        &self.bytes[self.start..self.end]
    }

    /// How much that is.
    pub fn len(&self) -> usize {
        self.end - self.start
    }

    /// Room for more. `wanted` is how many bytes are of use, with those that are there: a buffer grows as they come, not because somebody wants them.
    pub fn room(&mut self, wanted: usize) -> &mut [u8] {
        let most = (self.len() * 2).max(CHUNK);
        let size = wanted.clamp(self.len() + 1, most.max(self.len() + 1));
        if self.start > 0 && self.start + size > self.bytes.len() {
            self.bytes.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if self.bytes.len() < size {
            self.bytes.resize(most, 0);
        }
        &mut self.bytes[self.end..]
    }

    /// So many bytes of the room were filled.
    pub fn filled(&mut self, count: usize) {
        self.end = (self.end + count).min(self.bytes.len());
    }

    /// So many bytes are taken.
    pub fn take(&mut self, count: usize) {
        self.start = (self.start + count).min(self.end);
        if self.start == self.end {
            self.start = 0;
            self.end = 0;
            if self.bytes.len() > KEPT {
                self.bytes = Vec::new();
            }
        }
    }

    /// Where a separator begins in what was not taken, looked for from an offset on.
    pub fn find(&self, separator: &[u8], from: usize) -> Option<usize> {
        let unread = self.unread();
        let (first, rest) = separator.split_first()?;
        let mut at = from;
        loop {
            at += unread.get(at..)?.iter().position(|byte| byte == first)?;
            if unread[at + 1..].starts_with(rest) {
                return Some(at);
            }
            at += 1;
        }
    }
}
