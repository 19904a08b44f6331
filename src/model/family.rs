//! The resources and lifecycles of one event, what every subscription shows of them, and the accounts of what it has shown.
//!
//! Knows nothing of single changes but that they live; the ledger tells when one comes and goes.

use super::change::NONE;
use crate::core::View;
use crate::units::{Span, Time};

#[derive(Clone, Copy, Debug, Default)]
pub struct Resource {
    pub version: u32,
    /// The newest living change, [`NONE`] without one.
    pub newest: u32,
    /// Living changes and lifecycles that still go on; an unnamed resource is reused when it falls to zero.
    pub users: u32,
    /// Tells this use of an unnamed resource's slot from earlier ones.
    pub generation: u32,
}

/// A resource of a run, whatever slot it was in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ResourceKey {
    pub event: u32,
    pub resource: u32,
    pub generation: u32,
}

/// One subscription's picture of a resource.
#[derive(Clone, Copy, Debug, Default)]
pub struct Picture {
    pub view: View,
    pub newest_handed: u32,
}

#[derive(Clone, Copy, Debug)]
pub struct Lifecycle {
    pub resource: u32,
    /// Changes still to come.
    pub remaining: u32,
    /// Living changes.
    pub living: u32,
    pub last_version: u32,
}

/// Resources and changes of one event. Without being tracked it has only changes: each is its own resource and lifecycle.
#[derive(Clone, Debug)]
pub struct Family {
    /// How many resources have names, the first ones; every other lifecycle has one of its own.
    pub named: u32,
    /// Views can differ in more than having come or not: several changes of a resource.
    pub tracked: bool,
    pub audience: u32,
    pub resources: Vec<Resource>,
    pub free: Vec<u32>,
    /// By resource, then by place in the audience.
    pub pictures: Vec<Picture>,
    pub lifecycles: Vec<Lifecycle>,
    pub free_lifecycles: Vec<u32>,
    pub next_sequence: u64,
    /// Changes that subscribers raised.
    pub derived: u64,
    /// By place.
    pub accounts: Vec<Account>,
}

/// What one place of an event's audience has seen of settled lifecycles and lost copies.
#[derive(Clone, Copy, Debug, Default)]
pub struct Account {
    /// Settled lifecycles of which it showed anything.
    pub finals: u64,
    /// Of these, the ones of which it shows an older version than the last one raised.
    pub finals_stale: u64,
    /// Measured changes that no copy of ever came (all publishes refused).
    pub unreached: u64,
    /// Measured changes that were never shown though their copies were done with: nothing newer of their resource came any more.
    pub outdated: u64,
    /// Wrong times that are over.
    pub wrong: Span,
    /// Of wrong times that began before the measured part, the part before it.
    pub wrong_before: Span,
    /// Views that were wrong when nobody could hear of their resource any more: they stay so. How many, and the sum of the instants
    /// since when, in nanoseconds.
    for_good: (u64, u128),
}

impl Account {
    /// How long views have been wrong, in all, whose resource nobody hears of any more.
    pub fn wrong_for_good(&self, now: Time) -> Span {
        let (count, since) = self.for_good;
        Span((u128::from(count) * u128::from(now.0) - since).min(u128::from(u64::MAX)) as u64)
    }

    /// A new account at the start of the measured part.
    pub fn begin(&mut self, wrong_now: Span) {
        *self = Account { wrong_before: wrong_now, for_good: self.for_good, ..Account::default() };
    }
}

impl Family {
    /// A resource of its own for a new lifecycle.
    pub fn unnamed(&mut self) -> u32 {
        let slot = match self.free.pop() {
            Some(slot) => slot,
            None => {
                self.resources.push(Resource { newest: NONE, ..Resource::default() });
                self.pictures.resize(self.pictures.len() + self.audience as usize, Picture::default());
                self.resources.len() as u32 - 1
            }
        };
        debug_assert_eq!(self.resources[slot as usize].users, 0);
        slot
    }

    /// A lifecycle of so many changes of a resource.
    pub fn begin(&mut self, resource: u32, changes: u32) -> u32 {
        self.resources[resource as usize].users += 1;
        let lifecycle = Lifecycle { resource, remaining: changes, living: 0, last_version: 0 };
        match self.free_lifecycles.pop() {
            Some(slot) => {
                self.lifecycles[slot as usize] = lifecycle;
                slot
            }
            None => {
                self.lifecycles.push(lifecycle);
                self.lifecycles.len() as u32 - 1
            }
        }
    }

    /// A change of this lifecycle is settled; true when nobody will hear of its resource again.
    pub fn one_less(&mut self, lifecycle: u32, resource: u32) -> bool {
        let mut idle = self.leave(resource);
        let life = &mut self.lifecycles[lifecycle as usize];
        life.living -= 1;
        if life.living == 0 && life.remaining == 0 {
            let last = life.last_version;
            self.free_lifecycles.push(lifecycle);
            let pictures = &self.pictures[resource as usize * self.audience as usize..][..self.audience as usize];
            for (account, picture) in self.accounts.iter_mut().zip(pictures).filter(|(_, picture)| picture.view.shown() > 0) {
                account.finals += 1;
                account.finals_stale += (picture.view.shown() < last) as u64;
            }
            idle = self.leave(resource);
        }
        idle
    }

    /// One user less; true when that was the last one of an unnamed resource.
    pub fn leave(&mut self, resource: u32) -> bool {
        let users = &mut self.resources[resource as usize].users;
        *users -= 1;
        *users == 0 && resource >= self.named
    }

    /// An unnamed resource that nobody will hear of again.
    pub fn forget(&mut self, now: Time, resource: u32) {
        let pictures = &mut self.pictures[resource as usize * self.audience as usize..][..self.audience as usize];
        for (account, picture) in self.accounts.iter_mut().zip(pictures) {
            if picture.view.is_wrong() {
                let since = now.0 - picture.view.wrong_for(now).0;
                account.for_good = (account.for_good.0 + 1, account.for_good.1 + u128::from(since));
            }
            *picture = Picture::default();
        }
        let generation = self.resources[resource as usize].generation.wrapping_add(1);
        self.resources[resource as usize] = Resource { newest: NONE, generation, ..Resource::default() };
        self.free.push(resource);
    }
}
