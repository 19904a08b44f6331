//! A line of values, first in first out, in a circle of places that doubles when it is full.
//!
//! As the standard library's `VecDeque`, but for values that are put together where they will lie: handed over through memory they would be
//! written in parts and read whole at once, which stalls the processor at every arrival.

/// The values, oldest first.
#[derive(Clone, Debug)]
pub struct Ring<T> {
    /// None, or a power of two of them.
    places: Vec<T>,
    head: usize,
    len: usize,
}

impl<T> Default for Ring<T> {
    fn default() -> Ring<T> {
        Ring { places: Vec::new(), head: 0, len: 0 }
    }
}

impl<T: Copy> Ring<T> {
    /// How many there are.
    #[inline]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Nobody waits.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// A value at the end.
    #[inline(always)]
    pub fn push_back(&mut self, value: T) {
        if self.len == self.places.len() {
            self.grow(value);
        }
        let place = (self.head + self.len) & (self.places.len() - 1);
        self.places[place] = value;
        self.len += 1;
    }

    /// Twice as many places, or the first ones; what is in the new ones does not matter.
    #[cold]
    #[inline(never)]
    fn grow(&mut self, value: T) {
        self.places.rotate_left(self.head);
        self.head = 0;
        self.places.resize((2 * self.places.len()).max(4), value);
    }

    /// The oldest value leaves.
    #[inline(always)]
    pub fn pop_front(&mut self) -> Option<T> {
        if self.len == 0 {
            return None;
        }
        let value = self.places[self.head];
        self.head = (self.head + 1) & (self.places.len() - 1);
        self.len -= 1;
        Some(value)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        let (wrapped, first) = self.places.split_at(self.head);
        first.iter().chain(wrapped).take(self.len)
    }
}

#[cfg(test)]
mod tests {
    use super::Ring;
    use std::collections::VecDeque;

    #[test]
    fn it_is_a_queue() {
        let (mut ring, mut queue) = (Ring::default(), VecDeque::new());
        for step in 0..10_000_u64 {
            if !(step / 37).is_multiple_of(3) || step % 5 == 0 {
                ring.push_back(step);
                queue.push_back(step);
            } else {
                assert_eq!(ring.pop_front(), queue.pop_front());
            }
            assert_eq!((ring.len(), ring.is_empty()), (queue.len(), queue.is_empty()));
            if step % 97 == 0 {
                assert!(ring.iter().eq(queue.iter()));
            }
        }
        while let Some(value) = queue.pop_front() {
            assert_eq!(ring.pop_front(), Some(value));
        }
        assert_eq!(ring.pop_front(), None);
    }
}
