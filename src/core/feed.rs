//! An Atom feed, pure: entries in the order in which they were appended, and how far each of its readers has got.
//!
//! A reader asks with its cursor and is answered the oldest entries behind it, at most a page of them, and whether there are more
//! (RFC 5005, section 3: a paged feed). Nothing behind the cursor is "not modified" (RFC 9110, section 15.4.5).
//! The cursor is the reader's own: it moves when the answer has come, so an answer that is lost loses no entry.
//!
//! Knows no clock and nothing of what an entry says. Invariant: what every reader has read is kept no longer.

use std::collections::VecDeque;

/// A reader of one feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReaderId(pub u32);

/// The entries of one answer by their numbers, which count from zero; none where nothing is new.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Page {
    pub first: u64,
    /// The number behind the last entry.
    pub end: u64,
    /// There are more entries behind these.
    pub more: bool,
}

impl Page {
    /// How many entries it has.
    pub fn len(&self) -> u64 {
        self.end - self.first
    }

    /// "Not modified": nothing behind the cursor.
    pub fn is_empty(&self) -> bool {
        self.end == self.first
    }
}

/// Entries that some reader has yet to read.
#[derive(Clone, Debug)]
pub struct Feed {
    /// What their writer calls them.
    entries: VecDeque<u64>,
    /// The number of the oldest entry that is kept.
    oldest: u64,
    /// By reader: the number of the entry that it reads next.
    cursors: Vec<u64>,
    page_max: u64,
}

impl Feed {
    /// An empty feed with so many entries on a page at most, at least one.
    pub fn new(page_max: u64) -> Feed {
        Feed { entries: VecDeque::new(), oldest: 0, cursors: Vec::new(), page_max: page_max.max(1) }
    }

    /// A reader of what will be appended from now on.
    pub fn add_reader(&mut self) -> ReaderId {
        self.cursors.push(self.appended());
        ReaderId(self.cursors.len() as u32 - 1)
    }

    /// A further entry, under its writer's name for it. Without readers it is gone at once.
    #[inline]
    pub fn append(&mut self, id: u64) {
        if self.cursors.is_empty() {
            self.oldest += 1;
        } else {
            self.entries.push_back(id);
        }
    }

    /// What a request of this reader would be answered now. An unknown reader has nothing to read.
    pub fn page(&self, reader: ReaderId) -> Page {
        let end = self.appended();
        let first = self.cursors.get(reader.0 as usize).copied().unwrap_or(end);
        let stop = first.saturating_add(self.page_max).min(end);
        Page { first, end: stop, more: stop < end }
    }

    /// The writer's name of an entry, as long as it is kept.
    pub fn entry(&self, number: u64) -> Option<u64> {
        let place = usize::try_from(number.checked_sub(self.oldest)?).ok()?;
        self.entries.get(place).copied()
    }

    /// The reader has read all entries before this one; reading never goes back, nor beyond the end.
    pub fn advance(&mut self, reader: ReaderId, next: u64) {
        let end = self.appended();
        let Some(cursor) = self.cursors.get_mut(reader.0 as usize) else { return };
        *cursor = next.clamp(*cursor, end);
        let needed = self.cursors.iter().copied().min().unwrap_or(end);
        self.entries.drain(..(needed - self.oldest) as usize);
        self.oldest = needed;
    }

    /// How many entries a reader has yet to read.
    pub fn unread(&self, reader: ReaderId) -> u64 {
        self.cursors.get(reader.0 as usize).map_or(0, |cursor| self.appended() - cursor)
    }

    /// How many entries were appended ever.
    pub fn appended(&self) -> u64 {
        self.oldest + self.entries.len() as u64
    }

    /// How many entries are kept.
    pub fn kept(&self) -> usize {
        self.entries.len()
    }
}
