//! Derived events: what a subscriber raises when an attempt is done, and about which resource.
//!
//! A derived event keeps the resource of its trigger. Where that can change more than once, the derived event has versions of its
//! own on it, in a slot of its own family that lives as long as the resource at the root: the first one of the chain, to which any
//! way of deriving leads back.
//!
//! An attempt that is done again, because its ack was lost, raises again.

use super::change::{Change, Ledger, NONE};
use super::world::World;
use crate::sim::Stream;
use crate::units::Time;
use std::collections::BTreeMap;

/// What a subscriber raises.
#[derive(Clone, Debug)]
pub struct Raises {
    /// Of one draw: up to where each begins, and who publishes it.
    list: Vec<(f64, u32)>,
    stream: Stream,
}

/// One draw's outcome: place in the list and publisher.
#[derive(Clone, Copy, Debug)]
pub struct Raised {
    pub number: usize,
    pub publisher: u32,
}

impl Raises {
    /// Shares with their publishers; they add up to at most one.
    pub fn new(shares: impl Iterator<Item = (f64, u32)>, stream: Stream) -> Raises {
        let mut sum: f64 = 0.0;
        let mut upper = |share: f64| {
            sum += share;
            // What adds up to all but a rounding is all.
            if sum > 1.0 - 1e-9 { 1.0 } else { sum }
        };
        Raises { list: shares.map(|(share, publisher)| (upper(share), publisher)).collect(), stream }
    }

    /// In the order of the list.
    pub fn publishers(&self) -> impl Iterator<Item = u32> {
        self.list.iter().map(|(_, publisher)| *publisher)
    }

    /// Nothing that is done goes without.
    pub fn is_certain(&self) -> bool {
        self.list.last().is_some_and(|(upper, _)| *upper >= 1.0)
    }

    /// At most one of the list.
    pub fn draw(&mut self) -> Option<Raised> {
        let point = self.stream.unit();
        let number = self.list.iter().position(|(upper, _)| point < *upper)?;
        Some(Raised { number, publisher: self.list[number].1 })
    }
}

/// A resource of an event.
pub type Place = (u32, u32);

/// Where derived changes come from.
#[derive(Clone, Debug, Default)]
pub struct Lineage {
    /// By slot of a derived change: when the first change of its chain was raised.
    origins: Vec<Time>,
    /// By root, then derived event: the resource of that event.
    heirs: BTreeMap<(Place, u32), u32>,
    /// Whose heir a resource is.
    roots: BTreeMap<Place, Place>,
}

impl Lineage {
    pub fn origin(&self, slot: u32) -> Time {
        self.origins[slot as usize]
    }

    pub fn set_origin(&mut self, slot: u32, origin: Time) {
        if self.origins.len() <= slot as usize {
            self.origins.resize(slot as usize + 1, Time::ZERO);
        }
        self.origins[slot as usize] = origin;
    }

    /// The resource that this one came from, none where it is a root itself.
    pub fn root(&self, event: u32, resource: u32) -> Option<Place> {
        self.roots.get(&(event, resource)).copied()
    }

    pub fn heir(&self, root: Place, event: u32) -> Option<u32> {
        self.heirs.get(&(root, event)).copied()
    }

    pub fn add_heir(&mut self, root: Place, event: u32, resource: u32) {
        self.heirs.insert((root, event), resource);
        self.roots.insert((event, resource), root);
    }

    /// Takes out everything that came from a root.
    pub fn disinherit(&mut self, root: Place) -> Vec<Place> {
        let heirs: Vec<Place> = self.heirs.range((root, 0)..=(root, u32::MAX)).map(|(key, resource)| (key.1, *resource)).collect();
        for heir in &heirs {
            self.heirs.remove(&(root, heir.0));
            self.roots.remove(heir);
        }
        heirs
    }
}

impl Ledger {
    /// Starts what an event is that derives from a change: one change of the resource that this was about. [`NONE`] as in
    /// [`Ledger::begin`]; a trigger of which nothing is kept gives a resource of its own.
    pub fn begin_derived(&mut self, event: u32, trigger: u32) -> u32 {
        let Change { event: of, resource, lifecycle, .. } = self.changes[trigger as usize];
        if !self.families[event as usize].tracked {
            return NONE;
        }
        if lifecycle == NONE {
            let resource = self.families[event as usize].unnamed();
            return self.families[event as usize].begin(resource, 1);
        }
        let lineage = self.lineage.as_mut().expect("events are derived");
        let root = lineage.root(of, resource).unwrap_or((of, resource));
        if root.0 == event {
            return self.families[event as usize].begin(root.1, 1);
        }
        let heir = lineage.heir(root, event).unwrap_or_else(|| {
            let heir = self.families[event as usize].unnamed();
            lineage.add_heir(root, event, heir);
            heir
        });
        // The root lives as long as what is derived from it.
        self.families[root.0 as usize].resources[root.1 as usize].users += 1;
        self.families[event as usize].begin(heir, 1)
    }

    /// A change was raised because of another one.
    pub fn inherit(&mut self, slot: u32, trigger: u32) {
        let lineage = self.lineage.as_mut().expect("events are derived");
        let Change { derived, raised, .. } = self.changes[trigger as usize];
        let origin = if derived { lineage.origin(trigger) } else { raised };
        lineage.set_origin(slot, origin);
        let change = &mut self.changes[slot as usize];
        change.derived = true;
        self.families[change.event as usize].derived += 1;
    }

    /// Changes of an event that no subscriber raised.
    pub fn raised_at_source(&self, event: usize) -> u64 {
        self.families[event].next_sequence - self.families[event].derived
    }

    /// An unnamed resource that nobody will hear of again, and with it what was derived from it.
    pub(super) fn forget(&mut self, now: Time, event: u32, resource: u32) {
        self.families[event as usize].forget(now, resource);
        let Some(lineage) = &mut self.lineage else { return };
        for (event, resource) in lineage.disinherit((event, resource)) {
            self.families[event as usize].forget(now, resource);
        }
    }
}

impl World {
    /// An attempt about `trigger` is done, and its subscriber raises an event.
    #[cold]
    pub(super) fn raise_derived(&mut self, trigger: u32, by: u32) {
        let now = self.now;
        let publisher = &mut self.publishers[by as usize];
        let (event, is_recorded) = (publisher.event, publisher.is_recorded);
        let (kind, lot) = (publisher.kind(0), publisher.lot());
        let lifecycle = self.ledger.begin_derived(event, trigger);
        let (change, _) = self.ledger.raise(now, event, lifecycle, kind, lot, now >= self.probe.clock.warm_up);
        self.ledger.inherit(change, trigger);
        let derived = self.ledger.change_mut(change);
        derived.publisher = by;
        if is_recorded {
            // No row of the event's own record is about this one.
            derived.sequence = u64::MAX;
        }
        debug_assert!(lifecycle == NONE || derived.version > 0);
        self.announce(event, change);
        self.hand_on(event, change);
    }
}
