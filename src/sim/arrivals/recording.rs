//! Recorded instants, ascending, each with the number of what came: a few bytes a row.
//!
//! A row is kept as its distance from the one before, in instants and in numbers, both in as few bytes as they need (seven bits in each;
//! numbers zigzag, so that one more than before takes one byte). Every [`BLOCK`]th row is also kept whole, so that an instant is found
//! without reading all before it.

use crate::units::Time;

/// Rows from one that is kept whole to the next.
const BLOCK: usize = 256;

/// Instants and numbers, in order of the instants.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recording {
    bytes: Vec<u8>,
    /// Before every [`BLOCK`]th row.
    blocks: Vec<Place>,
    end: Place,
    len: usize,
}

/// A place between two rows: where in the bytes, and what was the last row before it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Place {
    byte: usize,
    at: Time,
    number: u64,
}

impl Recording {
    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Without a row.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Bytes of memory that it takes.
    pub fn size(&self) -> usize {
        self.bytes.capacity() + self.blocks.capacity() * size_of::<Place>()
    }

    /// The instant of the last row.
    pub fn last(&self) -> Option<Time> {
        (self.len > 0).then_some(self.end.at)
    }

    /// The row after a place, which moves behind it.
    pub fn next(&self, place: &mut Place) -> Option<(Time, u64)> {
        if place.byte == self.bytes.len() {
            return None;
        }
        place.at.0 += self.word(&mut place.byte);
        let step = self.word(&mut place.byte);
        let step = (step >> 1) ^ (step & 1).wrapping_neg();
        place.number = place.number.wrapping_add(step);
        Some((place.at, place.number))
    }

    /// All rows.
    pub fn iter(&self) -> impl Iterator<Item = (Time, u64)> {
        let mut place = Place::default();
        std::iter::from_fn(move || self.next(&mut place))
    }

    /// How many rows come before an instant.
    pub fn before(&self, at: Time) -> usize {
        // The block's first row is the one after its place.
        let block = self.blocks.partition_point(|place| place.at < at).saturating_sub(1);
        let Some(place) = self.blocks.get(block) else { return 0 };
        let mut place = *place;
        let rows = std::iter::from_fn(|| self.next(&mut place)).take_while(|row| row.0 < at).count();
        block * BLOCK + rows
    }

    /// One more row; false, and nothing done, where it comes before the last one.
    fn push(&mut self, at: Time, number: u64) -> bool {
        if at < self.end.at {
            return false;
        }
        if self.len.is_multiple_of(BLOCK) {
            self.blocks.push(self.end);
        }
        let step = number.wrapping_sub(self.end.number);
        self.put(at.0 - self.end.at.0);
        self.put((step << 1) ^ ((step as i64 >> 63) as u64));
        self.end = Place { byte: self.bytes.len(), at, number };
        self.len += 1;
        true
    }

    fn put(&mut self, mut word: u64) {
        while word >= 0x80 {
            self.bytes.push(word as u8 | 0x80);
            word >>= 7;
        }
        self.bytes.push(word as u8);
    }

    fn word(&self, byte: &mut usize) -> u64 {
        let (mut word, mut shift) = (0, 0);
        loop {
            let part = self.bytes[*byte];
            *byte += 1;
            word |= u64::from(part & 0x7f) << shift;
            if part < 0x80 {
                return word;
            }
            shift += 7;
        }
    }
}

/// Takes rows as they come. As long as they ascend they are put away at once; else all are sorted at the end.
#[derive(Debug, Default)]
pub struct Recorder {
    ascending: Recording,
    all: Option<Vec<(Time, u64)>>,
}

impl Recorder {
    /// One more row.
    pub fn push(&mut self, at: Time, number: u64) {
        if let Some(all) = &mut self.all {
            return all.push((at, number));
        }
        if !self.ascending.push(at, number) {
            let mut all: Vec<_> = self.ascending.iter().collect();
            all.push((at, number));
            self.all = Some(all);
        }
    }

    /// How many rows have come.
    pub fn len(&self) -> usize {
        self.all.as_ref().map_or(self.ascending.len(), Vec::len)
    }

    /// Nothing has come.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All rows in order; those of one instant as they came.
    pub fn finish(self) -> Recording {
        let Some(mut all) = self.all else {
            let mut recording = self.ascending;
            recording.bytes.shrink_to_fit();
            return recording;
        };
        all.sort_by_key(|(at, _)| *at);
        all.into_iter().collect()
    }
}

impl FromIterator<(Time, u64)> for Recording {
    /// Of rows in any order.
    fn from_iter<I: IntoIterator<Item = (Time, u64)>>(rows: I) -> Recording {
        let mut recorder = Recorder::default();
        rows.into_iter().for_each(|(at, number)| recorder.push(at, number));
        recorder.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::Stream;

    /// Against a sorted vector: steps of all sizes, numbers that go back and forth, many rows at one instant.
    #[test]
    fn it_keeps_what_it_is_given() {
        let mut stream = Stream::new(3, 0, "recording", "rows");
        for (size, backward) in [(0, false), (1, false), (255, false), (256, false), (257, true), (5_000, false), (5_000, true)] {
            let (mut at, mut rows) = (0_u64, Vec::new());
            for _ in 0..size {
                at = at.saturating_add(if stream.below(4) == 0 { 0 } else { stream.bits() >> stream.below(64) >> 12 });
                let back = if backward { stream.below(at.max(1)) } else { 0 };
                rows.push((Time(at - back), stream.bits() >> stream.below(64)));
            }
            let recording: Recording = rows.iter().copied().collect();
            rows.sort_by_key(|row| row.0);
            assert!(recording.iter().eq(rows.iter().copied()), "{size} rows");
            assert_eq!((recording.len(), recording.is_empty(), recording.last()), (size, size == 0, rows.last().map(|row| row.0)));
            for _ in 0..200 {
                let at = if size > 0 { rows[stream.below(size as u64) as usize].0 } else { Time(7) };
                let at = Time((at.0 + stream.below(3)).saturating_sub(1));
                assert_eq!(recording.before(at), rows.partition_point(|row| row.0 < at));
            }
            assert_eq!(recording.before(Time::MAX), rows.partition_point(|row| row.0 < Time::MAX));
        }
    }

    #[test]
    fn a_usual_row_takes_few_bytes() {
        // Fifty a second, to the microsecond, numbered one after the other.
        let recording: Recording = (0..100_000).map(|row| (Time(row * 20_000_000 + row % 977 * 1000), row)).collect();
        assert!(recording.size() < 6 * 100_000, "{} bytes", recording.size());
    }
}
