//! A 4-ary heap of keys, whose `pop` leaves a hole that the next `push` fills (one sift instead of two).
//!
//! Notices lie in a slab beside the keys and are never moved. Their place there stands in the lowest bits of their keys, which come
//! with these bits empty.

/// Time in the high half; order of asking and, in the lowest [`SLOT_BITS`], nothing or a place in the low half: one comparison tells
/// who comes first.
pub type Key = u128;

pub const SLOT_BITS: u32 = 24;
const SLOT_MASK: u64 = (1 << SLOT_BITS) - 1;
const ARITY: usize = 4;

#[derive(Clone, Debug)]
pub struct Heap<N> {
    keys: Vec<Key>,
    /// The root has been popped and not yet replaced.
    hole: bool,
    notices: Vec<N>,
    free: Vec<u32>,
}

impl<N> Default for Heap<N> {
    fn default() -> Heap<N> {
        Heap { keys: Vec::new(), hole: false, notices: Vec::new(), free: Vec::new() }
    }
}

impl<N: Copy> Heap<N> {
    /// The earliest key; later than all there are where there is none.
    #[inline]
    pub fn first(&mut self) -> Key {
        if self.hole {
            self.hole = false;
            self.close_hole();
        }
        self.keys.first().copied().unwrap_or(Key::MAX)
    }

    /// All entries are known to come after a key.
    #[inline]
    pub fn is_after(&self, key: Key) -> bool {
        !self.hole && self.keys.first().is_none_or(|first| key < *first)
    }

    #[inline(never)]
    pub fn push(&mut self, key: Key, notice: N) {
        let slot = match self.free.pop() {
            Some(slot) => {
                self.notices[slot as usize] = notice;
                slot
            }
            None => self.grow(notice),
        };
        let key = key | slot as Key;
        if self.hole {
            self.hole = false;
            self.sift_down(key);
        } else {
            self.sift_up(key);
        }
    }

    #[cold]
    fn grow(&mut self, notice: N) -> u32 {
        let slot = self.notices.len() as u64;
        assert!(slot <= SLOT_MASK, "more than {SLOT_MASK} notices are pending");
        self.notices.push(notice);
        slot as u32
    }

    pub fn pop(&mut self) -> Option<(Key, N)> {
        let key = Some(self.first()).filter(|first| *first != Key::MAX)?;
        self.hole = true;
        let slot = (key as u64 & SLOT_MASK) as u32;
        self.free.push(slot);
        Some((key, self.notices[slot as usize]))
    }

    /// Removes the popped root for good.
    fn close_hole(&mut self) {
        if let Some(last) = self.keys.pop()
            && !self.keys.is_empty()
        {
            self.sift_down(last);
        }
    }

    /// Puts `key` at the end and lets it rise.
    #[inline]
    fn sift_up(&mut self, key: Key) {
        let mut place = self.keys.len();
        self.keys.push(key);
        while place > 0 {
            let parent = (place - 1) / ARITY;
            if self.keys[parent] <= key {
                break;
            }
            self.keys[place] = self.keys[parent];
            place = parent;
        }
        self.keys[place] = key;
    }

    /// Puts `key` in the place of the root and lets it sink.
    #[inline]
    fn sift_down(&mut self, key: Key) {
        let keys = &mut self.keys[..];
        let mut place = 0;
        loop {
            let first = ARITY * place + 1;
            if first >= keys.len() {
                break;
            }
            let (mut least, mut least_key) = (first, keys[first]);
            for (child, child_key) in keys.iter().enumerate().take(first + ARITY).skip(first + 1) {
                let smaller = *child_key < least_key;
                least_key = if smaller { *child_key } else { least_key };
                least = if smaller { child } else { least };
            }
            if least_key >= key {
                break;
            }
            keys[place] = least_key;
            place = least;
        }
        keys[place] = key;
    }
}
