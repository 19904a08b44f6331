//! A 4-ary heap of keys.
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
    notices: Vec<N>,
    free: Vec<u32>,
}

impl<N> Default for Heap<N> {
    fn default() -> Heap<N> {
        Heap { keys: Vec::new(), notices: Vec::new(), free: Vec::new() }
    }
}

impl<N: Copy> Heap<N> {
    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// The earliest key; later than all there are where there is none.
    #[inline]
    pub fn first(&self) -> Key {
        self.keys.first().copied().unwrap_or(Key::MAX)
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
        self.sift_up(key | slot as Key);
    }

    #[cold]
    fn grow(&mut self, notice: N) -> u32 {
        let slot = self.notices.len() as u64;
        assert!(slot <= SLOT_MASK, "more than {SLOT_MASK} notices are pending");
        self.notices.push(notice);
        slot as u32
    }

    pub fn pop(&mut self) -> Option<(Key, N)> {
        let key = *self.keys.first()?;
        let last = self.keys.pop().expect("there is one");
        if !self.keys.is_empty() {
            self.sift_down(last);
        }
        let slot = (key as u64 & SLOT_MASK) as u32;
        self.free.push(slot);
        Some((key, self.notices[slot as usize]))
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
