//! The ledger of changes: what was raised, who has yet to see it, and how old everybody's picture is.
//!
//! A change is version n of a resource, raised at its intended time. Its *audience* are the subscriptions that get a copy; it is
//! *open* for each of them until that subscription's view shows this version or a newer one, or its copy is lost. The record lives as
//! long as it is open for anybody or a copy of its message is about.
//!
//! Knows nothing of brokers, links or time to come. Invariant: a change with nobody waiting and no copy about is freed.

use crate::core::{Applied, Guard, View};
use crate::units::{Span, Time};
use std::collections::VecDeque;

/// No change, no resource, no lifecycle.
pub const NONE: u32 = u32::MAX;

/// Stages that every copy of a change has in common.
pub const PUBLISH_HOPS: usize = 5;

/// Version n of a resource on its way.
#[derive(Clone, Copy, Debug)]
pub struct Change {
    pub raised: Time,
    /// When the stage it is in began.
    pub mark: Time,
    /// Time spent in each stage up to the broker, nanoseconds.
    pub hops: [u64; PUBLISH_HOPS],
    /// Its number among the changes of its event.
    pub sequence: u64,
    /// For selectors that let a share through.
    pub lot: u64,
    pub event: u32,
    pub resource: u32,
    pub lifecycle: u32,
    pub version: u32,
    pub kind: u16,
    /// Publishes so far that were refused.
    pub refusals: u16,
    /// Holders: the publisher and every copy in a broker.
    holders: u32,
    /// Subscriptions for which it is open.
    waiting: u32,
    /// Raised in the measured part.
    pub measured: bool,
    /// Lost to somebody for good.
    pub lost: bool,
    /// The change before it of the same resource, while that lives.
    older: u32,
    newer: u32,
    /// Tells this use of the slot from earlier ones.
    stamp: u32,
}

#[derive(Clone, Copy, Debug, Default)]
struct Resource {
    version: u32,
    /// The newest living change, [`NONE`] without one.
    newest: u32,
    /// Living changes and lifecycles that still go on; an unnamed resource is reused when it falls to zero.
    users: u32,
}

/// One subscription's picture of a resource.
#[derive(Clone, Copy, Debug, Default)]
struct Picture {
    view: View,
    newest_handed: u32,
}

#[derive(Clone, Copy, Debug)]
struct Lifecycle {
    resource: u32,
    /// Changes still to come.
    remaining: u32,
    /// Living changes.
    living: u32,
    last_version: u32,
}

/// Resources and changes of one event.
#[derive(Clone, Debug)]
struct Family {
    /// Named resources; without, every lifecycle has its own.
    named: bool,
    /// Views can differ in more than having come or not: several changes of a resource.
    tracked: bool,
    audience: u32,
    resources: Vec<Resource>,
    free: Vec<u32>,
    /// By resource, then by place in the audience.
    pictures: Vec<Picture>,
    lifecycles: Vec<Lifecycle>,
    free_lifecycles: Vec<u32>,
    next_sequence: u64,
    /// By place.
    accounts: Vec<Account>,
}

/// A change that a view shows at last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown {
    pub change: u32,
    /// From being raised.
    pub latency: Span,
    pub measured: bool,
    /// Everybody in its audience shows it now, and nobody lost it.
    pub by_all: bool,
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
    /// Wrong times that are over.
    wrong: Span,
    /// Of wrong times that began before the measured part, the part before it.
    wrong_before: Span,
}

/// Age of the oldest change that a subscription does not show yet, exactly integrated.
#[derive(Clone, Debug, Default)]
pub struct Freshness {
    /// (raised, slot, stamp), oldest first; closed ones in front are dropped when they come up.
    open: VecDeque<(Time, u32, u32)>,
    since: Time,
    /// Twice the integral of the age, ns^2.
    area_twice: u128,
    max: Span,
}

/// All changes of a run.
#[derive(Clone, Debug)]
pub struct Ledger {
    changes: Vec<Change>,
    free: Vec<u32>,
    /// Bits of [`Change`]s by slot: `words` to a slot, one bit a place in the audience.
    open: Vec<u64>,
    words: usize,
    families: Vec<Family>,
    /// By subscription.
    freshness: Vec<Freshness>,
    /// By event, then place.
    subscription_of: Vec<Vec<u32>>,
    /// By event times subscriptions plus subscription; [`NONE`] outside the audience.
    place_of: Vec<u32>,
}

/// What the ledger has to know of an event.
#[derive(Clone, Debug)]
pub struct FamilyPlan {
    pub resources: Option<u64>,
    /// A resource can change more than once.
    pub tracked: bool,
    /// Subscriptions by place.
    pub audience: Vec<u32>,
}

impl Ledger {
    /// An empty ledger for these events and so many subscriptions.
    pub fn new(plans: &[FamilyPlan], subscriptions: usize) -> Ledger {
        let words = plans.iter().map(|plan| plan.audience.len().div_ceil(64)).max().unwrap_or(1).max(1);
        let families = plans
            .iter()
            .map(|plan| {
                let resources = plan.resources.unwrap_or(0) as usize;
                let tracked = plan.tracked;
                Family {
                    named: plan.resources.is_some(),
                    tracked,
                    audience: plan.audience.len() as u32,
                    resources: vec![Resource { newest: NONE, ..Resource::default() }; resources],
                    free: Vec::new(),
                    pictures: vec![Picture::default(); if tracked { resources * plan.audience.len() } else { 0 }],
                    lifecycles: Vec::new(),
                    free_lifecycles: Vec::new(),
                    next_sequence: 0,
                    accounts: vec![Account::default(); plan.audience.len()],
                }
            })
            .collect();
        let mut place_of = vec![NONE; plans.len() * subscriptions];
        for (event, plan) in plans.iter().enumerate() {
            for (place, subscription) in plan.audience.iter().enumerate() {
                place_of[event * subscriptions + *subscription as usize] = place as u32;
            }
        }
        Ledger {
            changes: Vec::new(),
            free: Vec::new(),
            open: Vec::new(),
            words,
            families,
            freshness: vec![Freshness::default(); subscriptions],
            subscription_of: plans.iter().map(|plan| plan.audience.clone()).collect(),
            place_of,
        }
    }

    /// The place of a subscription in an event's audience.
    #[inline]
    pub fn place(&self, event: u32, subscription: usize) -> u32 {
        self.place_of[event as usize * self.freshness.len() + subscription]
    }

    /// What has become of the copies for one place.
    pub fn account(&self, event: u32, place: u32) -> Account {
        self.families[event as usize].accounts[place as usize]
    }

    /// Starts a lifecycle of so many changes on a named resource, or on a new one.
    pub fn begin(&mut self, event: u32, resource: Option<u64>, changes: u32) -> u32 {
        let family = &mut self.families[event as usize];
        let resource = match resource {
            Some(resource) => resource as u32,
            None => family.unnamed(),
        };
        family.resources[resource as usize].users += 1;
        let lifecycle = Lifecycle { resource, remaining: changes, living: 0, last_version: 0 };
        match family.free_lifecycles.pop() {
            Some(slot) => {
                family.lifecycles[slot as usize] = lifecycle;
                slot
            }
            None => {
                family.lifecycles.push(lifecycle);
                family.lifecycles.len() as u32 - 1
            }
        }
    }

    /// Raises the next change of a lifecycle; says also whether more will come. The caller holds it until [`Ledger::release`].
    #[inline]
    pub fn raise(&mut self, now: Time, event: u32, lifecycle: u32, kind: u16, lot: u64, measured: bool) -> (u32, bool) {
        let family = &mut self.families[event as usize];
        let life = &mut family.lifecycles[lifecycle as usize];
        life.remaining -= 1;
        life.living += 1;
        let more = life.remaining > 0;
        let resource = &mut family.resources[life.resource as usize];
        resource.version += 1;
        resource.users += 1;
        life.last_version = resource.version;
        let change = Change {
            raised: now,
            mark: now,
            hops: [0; PUBLISH_HOPS],
            sequence: family.next_sequence,
            lot,
            event,
            resource: life.resource,
            lifecycle,
            version: resource.version,
            kind,
            refusals: 0,
            holders: 1,
            waiting: 0,
            measured,
            lost: false,
            older: resource.newest,
            newer: NONE,
            stamp: 0,
        };
        family.next_sequence += 1;
        let slot = self.enter(change);
        let older = change.older;
        self.families[event as usize].resources[change.resource as usize].newest = slot;
        if older != NONE {
            self.changes[older as usize].newer = slot;
        }
        (slot, more)
    }

    fn enter(&mut self, change: Change) -> u32 {
        match self.free.pop() {
            Some(slot) => {
                let stamp = self.changes[slot as usize].stamp.wrapping_add(1);
                self.changes[slot as usize] = Change { stamp, ..change };
                slot
            }
            None => {
                self.changes.push(change);
                self.open.resize(self.open.len() + self.words, 0);
                self.changes.len() as u32 - 1
            }
        }
    }

    /// A raised change by its slot.
    #[inline]
    pub fn change(&self, slot: u32) -> &Change {
        &self.changes[slot as usize]
    }

    /// The same, to be written to.
    #[inline]
    pub fn change_mut(&mut self, slot: u32) -> &mut Change {
        &mut self.changes[slot as usize]
    }

    /// All holders of all living changes.
    pub fn holders(&self) -> u64 {
        self.changes.iter().map(|change| change.holders as u64).sum()
    }

    /// Measured changes that a subscription still waits for.
    pub fn unfinished(&self, subscription: usize) -> u64 {
        let waits = |slot: usize| {
            let change = &self.changes[slot];
            let place = self.place(change.event, subscription);
            change.measured && place != NONE && self.is_open(slot as u32, place)
        };
        (0..self.changes.len()).filter(|slot| waits(*slot)).count() as u64
    }

    /// The version of a resource now.
    #[inline]
    pub fn version(&self, event: u32, resource: u32) -> u32 {
        self.families[event as usize].resources[resource as usize].version
    }

    /// The subscription at this place of the audience waits for the change from now on.
    #[inline]
    pub fn open(&mut self, now: Time, slot: u32, place: u32) {
        let bit = 1u64 << (place & 63);
        let word = &mut self.open[slot as usize * self.words + (place >> 6) as usize];
        if *word & bit == 0 {
            *word |= bit;
            let change = &mut self.changes[slot as usize];
            change.waiting += 1;
            let subscription = self.subscription_of[change.event as usize][place as usize];
            let (raised, stamp) = (change.raised, change.stamp);
            self.freshness[subscription as usize].add(now, raised, slot, stamp);
        }
    }

    #[inline]
    fn is_open(&self, slot: u32, place: u32) -> bool {
        self.open[slot as usize * self.words + (place >> 6) as usize] >> (place & 63) & 1 == 1
    }

    /// Ends the wait of a subscription; false when it did not wait.
    #[inline]
    fn close(&mut self, now: Time, slot: u32, place: u32) -> bool {
        if !self.is_open(slot, place) {
            return false;
        }
        self.open[slot as usize * self.words + (place >> 6) as usize] &= !(1u64 << (place & 63));
        let change = &mut self.changes[slot as usize];
        change.waiting -= 1;
        let subscription = self.subscription_of[change.event as usize][place as usize] as usize;
        // The freshness of a subscription changes only when its oldest open change closes.
        if self.freshness[subscription].open.front().is_some_and(|front| front.1 == slot) {
            self.advance(now, subscription);
        }
        true
    }

    /// Drops closed changes from the front of a subscription's open ones.
    fn advance(&mut self, now: Time, subscription: usize) {
        let subscriptions = self.freshness.len();
        let freshness = &mut self.freshness[subscription];
        freshness.account(now);
        while let Some(&(_, slot, stamp)) = freshness.open.front() {
            let change = &self.changes[slot as usize];
            if change.stamp == stamp {
                let place = self.place_of[change.event as usize * subscriptions + subscription] as usize;
                if self.open[slot as usize * self.words + (place >> 6)] >> (place & 63) & 1 == 1 {
                    break;
                }
            }
            freshness.open.pop_front();
        }
    }

    /// The copy for this subscription is lost for good; true when it was still waited for.
    pub fn lose(&mut self, now: Time, slot: u32, place: u32) -> bool {
        let waited = self.close(now, slot, place);
        if waited {
            self.changes[slot as usize].lost = true;
        }
        waited
    }

    /// A message of the change is handed to the subscription at this place; true when a newer one of its resource was before.
    #[inline]
    pub fn handed(&mut self, slot: u32, place: u32) -> bool {
        let change = &self.changes[slot as usize];
        let family = &mut self.families[change.event as usize];
        if !family.tracked {
            return false;
        }
        let picture = &mut family.pictures[(change.resource * family.audience + place) as usize];
        let late = change.version < picture.newest_handed;
        picture.newest_handed = picture.newest_handed.max(change.version);
        late
    }

    /// The subscription at this place applies `version` of the change's resource to its view. What it shows for the first time by that
    /// is given to `see`: the change itself first, then others, newest first.
    #[inline(always)]
    pub fn apply(&mut self, now: Time, slot: u32, place: u32, version: u32, guard: Guard, mut see: impl FnMut(Shown)) -> Applied {
        let change = &self.changes[slot as usize];
        let (event, resource) = (change.event as usize, change.resource);
        if !self.families[event].tracked {
            self.show(now, slot, place, &mut see);
            return Applied::Shown { wrong: Span::ZERO };
        }
        self.apply_tracked(now, slot, place, version, guard, event, resource, &mut see)
    }

    #[allow(clippy::too_many_arguments)]
    fn apply_tracked(
        &mut self,
        now: Time,
        slot: u32,
        place: u32,
        version: u32,
        guard: Guard,
        event: usize,
        resource: u32,
        see: &mut impl FnMut(Shown),
    ) -> Applied {
        let family = &mut self.families[event];
        let picture = &mut family.pictures[(resource * family.audience + place) as usize];
        let newest_shown = picture.view.newest_shown();
        // As long as no clock is wrong, time stamps say the same as versions.
        let applied = picture.view.apply(now, version, Time(version as u64), guard);
        if let Applied::Shown { wrong } = applied {
            family.accounts[place as usize].wrong += wrong;
        }
        // What is not newer than the newest it ever showed is closed already.
        let mut next = family.resources[resource as usize].newest;
        self.show(now, slot, place, see);
        while next != NONE && self.changes[next as usize].version > newest_shown {
            let older = self.changes[next as usize].older;
            if self.changes[next as usize].version <= version {
                self.show(now, next, place, see);
            }
            next = older;
        }
        applied
    }

    #[inline]
    fn show(&mut self, now: Time, slot: u32, place: u32, see: &mut impl FnMut(Shown)) {
        if self.close(now, slot, place) {
            let change = &self.changes[slot as usize];
            let by_all = change.waiting == 0 && !change.lost;
            see(Shown { change: slot, latency: now.since(change.raised), measured: change.measured, by_all });
        }
    }

    /// The publisher is done with a change, of which so many copies are about: true when there is none, and so nothing left of it.
    #[inline]
    pub fn published(&mut self, now: Time, slot: u32, copies: u32) -> bool {
        self.hold(slot, copies);
        self.release(now, slot)
    }

    /// So many more copies of the message are about.
    #[inline]
    pub fn hold(&mut self, slot: u32, copies: u32) {
        self.changes[slot as usize].holders += copies;
    }

    /// One holder less; the last one frees the change (true).
    #[inline]
    pub fn release(&mut self, now: Time, slot: u32) -> bool {
        let change = &mut self.changes[slot as usize];
        change.holders -= 1;
        let last = change.holders == 0;
        if last {
            self.settle(now, slot);
        }
        last
    }

    /// Which step of so many a lifecycle comes to next, from 0.
    #[inline]
    pub fn step(&self, event: u32, lifecycle: u32, changes: u32) -> u32 {
        changes - self.families[event as usize].lifecycles[lifecycle as usize].remaining
    }

    /// The lifecycle ends with the change raised last, which still lives.
    pub fn abandon(&mut self, event: u32, lifecycle: u32) {
        self.families[event as usize].lifecycles[lifecycle as usize].remaining = 0;
    }

    /// The measured part begins: what has been so far does not count.
    pub fn forget_accounts(&mut self, now: Time) {
        for event in 0..self.families.len() {
            for place in 0..self.families[event].audience {
                let wrong_before = self.wrong_now(now, event as u32, place);
                self.families[event].accounts[place as usize] = Account { wrong_before, ..Account::default() };
            }
        }
    }

    /// Nobody holds the change any more: whoever still waits for it never gets it.
    fn settle(&mut self, now: Time, slot: u32) {
        if self.changes[slot as usize].waiting > 0 {
            let (event, measured) = (self.changes[slot as usize].event as usize, self.changes[slot as usize].measured);
            for place in 0..self.families[event].audience {
                let unreached = self.lose(now, slot, place) && measured;
                self.families[event].accounts[place as usize].unreached += unreached as u64;
            }
        }
        let change = self.changes[slot as usize];
        if change.older != NONE {
            self.changes[change.older as usize].newer = change.newer;
        }
        match change.newer {
            NONE => self.families[change.event as usize].resources[change.resource as usize].newest = change.older,
            newer => self.changes[newer as usize].older = change.older,
        }
        self.changes[slot as usize].stamp = change.stamp.wrapping_add(1);
        self.free.push(slot);
        self.families[change.event as usize].one_less(now, change.lifecycle, change.resource);
    }

    /// Time during which views at this place of an event's audience showed less than they had shown, in the measured part.
    pub fn time_wrong(&self, now: Time, event: u32, place: u32) -> Span {
        let account = &self.families[event as usize].accounts[place as usize];
        account.wrong + self.wrong_now(now, event, place) - account.wrong_before
    }

    /// Of the views that are wrong now: since when they are.
    fn wrong_now(&self, now: Time, event: u32, place: u32) -> Span {
        let family = &self.families[event as usize];
        let views = family.pictures.iter().skip(place as usize).step_by(family.audience.max(1) as usize);
        views.fold(Span::ZERO, |sum, picture| sum + picture.view.wrong_for(now))
    }

    /// Twice the integral (ns^2) and the maximum of the age of the oldest change that a subscription does not show, since the last call.
    pub fn freshness(&mut self, now: Time, subscription: usize) -> (u128, Span) {
        self.advance(now, subscription);
        let freshness = &mut self.freshness[subscription];
        (std::mem::take(&mut freshness.area_twice), std::mem::take(&mut freshness.max))
    }
}

impl Family {
    fn unnamed(&mut self) -> u32 {
        let slot = match self.free.pop() {
            Some(slot) => slot,
            None => {
                self.resources.push(Resource { newest: NONE, ..Resource::default() });
                if self.tracked {
                    self.pictures.resize(self.pictures.len() + self.audience as usize, Picture::default());
                }
                self.resources.len() as u32 - 1
            }
        };
        debug_assert_eq!(self.resources[slot as usize].users, 0);
        slot
    }

    /// A change of this lifecycle is settled.
    fn one_less(&mut self, now: Time, lifecycle: u32, resource: u32) {
        let life = &mut self.lifecycles[lifecycle as usize];
        life.living -= 1;
        self.resources[resource as usize].users -= 1;
        if life.living == 0 && life.remaining == 0 {
            let last = life.last_version;
            self.free_lifecycles.push(lifecycle);
            if self.tracked {
                let pictures = &self.pictures[(resource * self.audience) as usize..][..self.audience as usize];
                for (account, picture) in self.accounts.iter_mut().zip(pictures).filter(|(_, picture)| picture.view.shown() > 0) {
                    account.finals += 1;
                    account.finals_stale += (picture.view.shown() < last) as u64;
                }
            }
            self.resources[resource as usize].users -= 1;
        }
        if !self.named && self.resources[resource as usize].users == 0 {
            self.forget(now, resource);
        }
    }

    /// An unnamed resource that nobody will hear of again.
    fn forget(&mut self, now: Time, resource: u32) {
        if self.tracked {
            let pictures = &mut self.pictures[(resource * self.audience) as usize..][..self.audience as usize];
            for (account, picture) in self.accounts.iter_mut().zip(pictures) {
                account.wrong += picture.view.wrong_for(now);
                *picture = Picture::default();
            }
        }
        self.resources[resource as usize] = Resource { newest: NONE, ..Resource::default() };
        self.free.push(resource);
    }
}

impl Freshness {
    #[inline]
    fn add(&mut self, now: Time, raised: Time, slot: u32, stamp: u32) {
        if self.open.is_empty() {
            self.since = now;
        }
        self.open.push_back((raised, slot, stamp));
    }

    /// Adds the age of the oldest open change since the last time.
    #[inline]
    fn account(&mut self, now: Time) {
        if let Some((raised, _, _)) = self.open.front() {
            let (from, to) = (self.since.since(*raised).0 as u128, now.since(*raised).0 as u128);
            self.area_twice += to * to - from * from;
            self.max = self.max.max(Span(to as u64));
        }
        self.since = now;
    }
}
