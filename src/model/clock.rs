//! Clocks of systems of record that are wrong: the time stamps that they give to their changes.
//!
//! Each stamp is off by an amount of its own, early or late with equal chance. Knows nothing of who believes a stamp.

use super::change::Ledger;
use super::family::ResourceKey;
use crate::sim::{Distribution, Stream};
use crate::units::Time;
use std::hint::cold_path;

/// Far from the ends of time, so that no stamp has to stop there; stamps are only compared.
const EPOCH: u64 = 1 << 62;

/// How wrong one system's clock is.
#[derive(Clone, Debug)]
pub struct WrongClock {
    pub skew: Distribution,
    pub stream: Stream,
}

/// The clocks of all events whose system of record has a wrong one, and what they said.
#[derive(Clone, Debug)]
pub struct Clocks {
    by_event: Vec<Option<WrongClock>>,
    /// By the slot of a change.
    of_change: Vec<Time>,
    /// By event, then resource: of its latest version.
    of_resource: Vec<Vec<Time>>,
}

impl Clocks {
    /// None where all are right.
    pub fn new(by_event: Vec<Option<WrongClock>>) -> Option<Box<Clocks>> {
        let of_resource = vec![Vec::new(); by_event.len()];
        by_event.iter().any(Option::is_some).then(|| Box::new(Clocks { by_event, of_change: Vec::new(), of_resource }))
    }

    /// A change of a resource is raised: it gets its stamp.
    pub fn stamp(&mut self, now: Time, slot: u32, key: ResourceKey) {
        let Some(WrongClock { skew, stream }) = &mut self.by_event[key.event as usize] else { return };
        let (late, off) = (stream.chance(0.5), skew.sample(stream).0);
        let right = EPOCH.saturating_add(now.0);
        let claimed = Time(if late { right.saturating_add(off) } else { right.saturating_sub(off) });
        put(&mut self.of_change, slot, claimed);
        put(&mut self.of_resource[key.event as usize], key.resource, claimed);
    }

    /// The stamp of a change, or of its resource's latest version; none where its system's clock is right.
    fn claimed(&self, slot: u32, key: ResourceKey, latest: bool) -> Option<Time> {
        self.by_event[key.event as usize].as_ref()?;
        Some(if latest { self.of_resource[key.event as usize][key.resource as usize] } else { self.of_change[slot as usize] })
    }
}

impl Ledger {
    /// A change that has just been raised gets the time stamp of its system's clock.
    #[inline(never)]
    pub fn stamp(&mut self, now: Time, slot: u32) {
        if let Some(key) = self.resource_key(slot)
            && let Some(clocks) = &mut self.clocks
        {
            clocks.stamp(now, slot, key);
        }
    }

    /// Where clocks are wrong: the stamp of the change, or of the latest version of its resource; zero says as much as the version.
    #[inline(always)]
    pub fn claimed(&self, slot: u32, latest: bool) -> Time {
        if self.clocks.is_none() {
            return Time::ZERO;
        }
        cold_path();
        self.claimed_by_clock(slot, latest)
    }

    #[inline(never)]
    fn claimed_by_clock(&self, slot: u32, latest: bool) -> Time {
        let stamp = self.clocks.as_ref().zip(self.resource_key(slot)).and_then(|(clocks, key)| clocks.claimed(slot, key, latest));
        stamp.unwrap_or(Time::ZERO)
    }
}

fn put(stamps: &mut Vec<Time>, place: u32, stamp: Time) {
    if stamps.len() <= place as usize {
        stamps.resize(place as usize + 1, Time::ZERO);
    }
    stamps[place as usize] = stamp;
}
