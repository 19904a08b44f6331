//! The ledger of changes: what was raised, who has yet to see it, and how old everybody's picture is.
//!
//! A change is version n of a resource, raised at its intended time. Its *audience* are the subscriptions that get a copy; it is
//! *open* for each of them until that subscription's view shows this version or a newer one, or its copy is lost. The record lives as
//! long as it is open for anybody or a copy of its message is about.
//!
//! Knows nothing of brokers, links or time to come. Invariant: a change with nobody waiting and no copy about is freed.

use super::clock::Clocks;
use super::derive::Lineage;
use super::family::{Account, Family, Picture, Resource, ResourceKey};
use super::freshness::{Freshness, Opened};
use super::left_open::LeftOpen;
use crate::core::{Applied, Guard};
use crate::units::{Span, Time};
use std::hint::cold_path;

/// No change, no resource, no lifecycle.
pub const NONE: u32 = u32::MAX;

/// Stages that every copy of a change has in common.
pub const PUBLISH_HOPS: usize = 5;

/// Version n of a resource on its way.
#[derive(Clone, Copy, Debug, Default)]
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
    /// Who brings it to the broker.
    pub publisher: u32,
    pub resource: u32,
    pub lifecycle: u32,
    pub version: u32,
    pub kind: u16,
    /// Publishes so far that were refused.
    pub refusals: u16,
    /// Holders: the publisher and every copy in a broker.
    pub(super) holders: u32,
    /// Subscriptions for which it is open, and the first 64 of them as bits by place.
    waiting: u32,
    open: u64,
    /// Raised in the measured part.
    pub measured: bool,
    /// Its publisher has not brought it to the broker yet, wholly.
    pub unsent: bool,
    /// Lost to somebody for good.
    pub lost: bool,
    /// Raised by a subscriber.
    pub derived: bool,
    /// The change before it of the same resource, while that lives.
    pub(super) older: u32,
    newer: u32,
    /// Tells this use of the slot from earlier ones.
    stamp: u32,
}

/// A change that a view shows at last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown {
    /// From being raised.
    pub latency: Span,
    pub measured: bool,
    /// Everybody in its audience shows it now, and nobody lost it.
    pub by_all: bool,
    /// From the first change of its chain, where it is derived.
    pub since_origin: Option<Span>,
}

/// Who applies what came to a view.
#[derive(Clone, Copy, Debug)]
pub struct Applying {
    /// Of the event's audience.
    pub place: u32,
    pub subscription: u32,
    pub guard: Guard,
    /// Of the version that came, where clocks are wrong.
    pub claimed: Time,
}

/// All changes of a run.
#[derive(Clone, Debug)]
pub struct Ledger {
    pub(super) changes: Vec<Change>,
    free: Vec<u32>,
    /// Open bits of the places beyond the first 64: `words` to a slot.
    wide: Vec<u64>,
    words: usize,
    pub(super) families: Vec<Family>,
    /// By subscription.
    freshness: Vec<Freshness>,
    pub(super) left: LeftOpen,
    /// Where clocks are wrong.
    pub clocks: Option<Box<Clocks>>,
    /// By event, then place.
    pub(super) subscription_of: Vec<Vec<u32>>,
    /// By event times subscriptions plus subscription; [`NONE`] outside the audience.
    place_of: Vec<u32>,
    /// Only where events are derived from others.
    pub(super) lineage: Option<Box<Lineage>>,
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

impl Change {
    /// Its resource can change again.
    #[inline(always)]
    pub fn is_tracked(&self) -> bool {
        self.lifecycle != NONE
    }
}

impl Ledger {
    /// An empty ledger for these events and so many subscriptions.
    pub fn new(plans: &[FamilyPlan], subscriptions: usize, derives: bool) -> Ledger {
        let words = plans.iter().map(|plan| plan.audience.len().div_ceil(64)).max().unwrap_or(1).max(1) - 1;
        let families = plans
            .iter()
            .map(|plan| {
                let resources = plan.resources.unwrap_or(0) as usize;
                let tracked = plan.tracked;
                Family {
                    named: resources as u32,
                    tracked,
                    audience: plan.audience.len() as u32,
                    resources: vec![Resource { newest: NONE, ..Resource::default() }; resources],
                    free: Vec::new(),
                    pictures: vec![Picture::default(); if tracked { resources * plan.audience.len() } else { 0 }],
                    lifecycles: Vec::new(),
                    free_lifecycles: Vec::new(),
                    next_sequence: 0,
                    derived: 0,
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
            wide: Vec::new(),
            words,
            families,
            freshness: vec![Freshness::new(); subscriptions],
            left: LeftOpen::default(),
            clocks: None,
            subscription_of: plans.iter().map(|plan| plan.audience.clone()).collect(),
            place_of,
            lineage: derives.then(Box::default),
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

    /// Starts a lifecycle of so many changes on a named resource, or on a new one. [`NONE`] where every change is its own resource:
    /// of such a resource there is nothing to keep.
    #[inline]
    pub fn begin(&mut self, event: u32, resource: Option<u64>, changes: u32) -> u32 {
        if self.families[event as usize].tracked { self.begin_tracked(event, resource, changes) } else { NONE }
    }

    fn begin_tracked(&mut self, event: u32, resource: Option<u64>, changes: u32) -> u32 {
        let family = &mut self.families[event as usize];
        let resource = match resource {
            Some(resource) => resource as u32,
            None => family.unnamed(),
        };
        family.begin(resource, changes)
    }

    /// Raises the next change of a lifecycle; says also whether more will come. The caller holds it until [`Ledger::release`].
    #[inline]
    pub fn raise(&mut self, now: Time, event: u32, lifecycle: u32, kind: u16, lot: u64, measured: bool) -> (u32, bool) {
        let slot = self.slot();
        let family = &mut self.families[event as usize];
        let change = &mut self.changes[slot as usize];
        *change = Change {
            raised: now,
            mark: now,
            hops: [0; PUBLISH_HOPS],
            sequence: family.next_sequence,
            lot,
            event,
            publisher: event,
            resource: slot,
            lifecycle,
            version: 1,
            kind,
            refusals: 0,
            holders: 1,
            waiting: 0,
            open: 0,
            measured,
            unsent: true,
            lost: false,
            derived: false,
            older: NONE,
            newer: NONE,
            stamp: change.stamp,
        };
        family.next_sequence += 1;
        let more = lifecycle != NONE && self.join_lifecycle(event, lifecycle, slot);
        (slot, more)
    }

    /// Makes a change the newest of its lifecycle's resource; whether more will come.
    fn join_lifecycle(&mut self, event: u32, lifecycle: u32, slot: u32) -> bool {
        let family = &mut self.families[event as usize];
        let life = &mut family.lifecycles[lifecycle as usize];
        life.remaining -= 1;
        life.living += 1;
        let resource = &mut family.resources[life.resource as usize];
        resource.version += 1;
        resource.users += 1;
        life.last_version = resource.version;
        let older = std::mem::replace(&mut resource.newest, slot);
        let change = &mut self.changes[slot as usize];
        (change.resource, change.version, change.older) = (life.resource, resource.version, older);
        let more = life.remaining > 0;
        if older != NONE {
            self.changes[older as usize].newer = slot;
        }
        more
    }

    /// A free slot, whose stamp is new.
    #[inline]
    fn slot(&mut self) -> u32 {
        match self.free.pop() {
            Some(slot) => slot,
            None => self.grow(),
        }
    }

    #[cold]
    fn grow(&mut self) -> u32 {
        self.changes.push(Change::default());
        self.wide.resize(self.wide.len() + self.words, 0);
        self.changes.len() as u32 - 1
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

    /// Which resource a change is of, among all that its event ever had: slots of unnamed ones are used again.
    pub fn resource_number(&self, slot: u32) -> u64 {
        let change = &self.changes[slot as usize];
        match change.lifecycle {
            NONE => change.sequence,
            _ => {
                let generation = self.families[change.event as usize].resources[change.resource as usize].generation;
                u64::from(generation) << 32 | u64::from(change.resource)
            }
        }
    }

    /// All holders of all living changes.
    pub fn holders(&self) -> u64 {
        self.changes.iter().map(|change| change.holders as u64).sum()
    }

    /// How many of these are subscriptions that are done with a change and do not show it.
    pub fn holders_left(&self) -> u64 {
        self.left.holders()
    }

    /// Measured changes that a subscription has waited for in vain, as nothing newer of their resources came any more.
    pub fn outdated(&self, subscription: usize) -> u64 {
        let places = (0..self.families.len() as u32).map(|event| (event, self.place(event, subscription)));
        places.filter(|(_, place)| *place != NONE).map(|(event, place)| self.account(event, place).outdated).sum()
    }

    /// When the measured changes were raised that a subscription still waits for.
    pub fn open_for(&self, subscription: usize) -> impl Iterator<Item = Time> {
        let waits = move |(slot, change): &(usize, &Change)| {
            let place = self.place(change.event, subscription);
            change.measured && place != NONE && self.is_open(*slot as u32, place)
        };
        self.changes.iter().enumerate().filter(waits).map(|(_, change)| change.raised)
    }

    /// When the measured changes of an event were raised that anybody still waits for.
    pub fn open_of(&self, event: u32) -> impl Iterator<Item = Time> {
        self.changes.iter().filter(move |change| change.event == event && change.measured && change.waiting > 0).map(|change| change.raised)
    }

    /// The resource of a change, where that can change again.
    pub fn resource_key(&self, slot: u32) -> Option<ResourceKey> {
        let Change { event, resource, lifecycle, .. } = self.changes[slot as usize];
        let generation = || self.families[event as usize].resources[resource as usize].generation;
        (lifecycle != NONE).then(|| ResourceKey { event, resource, generation: generation() })
    }

    /// The version of a change's resource now.
    #[inline]
    pub fn version(&self, change: &Change) -> u32 {
        if change.lifecycle == NONE {
            change.version
        } else {
            self.families[change.event as usize].resources[change.resource as usize].version
        }
    }

    /// The subscriptions at these places of the audience wait for the change from now on: place and subscription.
    #[inline(always)]
    pub fn open(&mut self, now: Time, slot: u32, seats: impl IntoIterator<Item = (u32, u32)>) {
        let Ledger { changes, wide, words, freshness, .. } = self;
        let change = &mut changes[slot as usize];
        let opened = Opened { raised: change.raised, slot, stamp: change.stamp };
        for (place, subscription) in seats {
            let (word, bit) = open_word(change, wide, *words, slot, place);
            if *word & bit == 0 {
                *word |= bit;
                change.waiting += 1;
                freshness[subscription as usize].add(now, opened);
            }
        }
    }

    #[inline]
    pub(super) fn is_open(&self, slot: u32, place: u32) -> bool {
        let word = match place {
            0..64 => self.changes[slot as usize].open,
            _ => self.wide[slot as usize * self.words + (place >> 6) as usize - 1],
        };
        word >> (place & 63) & 1 == 1
    }

    /// Ends the wait of the subscription at this place: what `see` makes of the change then, unless nobody waited there.
    #[inline(always)]
    fn close<T>(&mut self, now: Time, slot: u32, place: u32, subscription: u32, see: impl FnOnce(&mut Change) -> T) -> Option<T> {
        let change = &mut self.changes[slot as usize];
        let (word, bit) = open_word(change, &mut self.wide, self.words, slot, place);
        if *word & bit == 0 {
            return None;
        }
        *word &= !bit;
        change.waiting -= 1;
        let seen = see(change);
        // The freshness of a subscription changes only when its oldest open change closes.
        let freshness = &mut self.freshness[subscription as usize];
        if freshness.oldest.slot == slot {
            freshness.account(now);
            freshness.oldest.slot = NONE;
            if !freshness.others.is_empty() {
                self.advance(subscription as usize);
            }
        }
        Some(seen)
    }

    /// Finds the oldest open change of a subscription among the others.
    #[inline(never)]
    fn advance(&mut self, subscription: usize) {
        while let Some(next) = self.freshness[subscription].others.pop_front() {
            let change = &self.changes[next.slot as usize];
            if change.stamp == next.stamp && self.is_open(next.slot, self.place(change.event, subscription)) {
                self.freshness[subscription].oldest = next;
                return;
            }
        }
    }

    /// The copy for this subscription is lost for good; true when it was still waited for.
    #[inline(never)]
    pub fn lose(&mut self, now: Time, slot: u32, place: u32, subscription: u32) -> bool {
        self.close(now, slot, place, subscription, |change| change.lost = true).is_some()
    }

    /// A message of a change whose resource can change again is handed to the subscription at this place; true when a newer one of that
    /// resource was before.
    #[inline]
    pub fn handed(&mut self, slot: u32, place: u32) -> bool {
        let change = &self.changes[slot as usize];
        let family = &mut self.families[change.event as usize];
        let picture = &mut family.pictures[change.resource as usize * family.audience as usize + place as usize];
        let late = change.version < picture.newest_handed;
        picture.newest_handed = picture.newest_handed.max(change.version);
        late
    }

    /// A change is shown at a subscription's view: for the first time, if anything.
    #[inline(always)]
    pub fn show(&mut self, now: Time, by: Applying, slot: u32) -> Option<Shown> {
        let (latency, measured, by_all, derived) = self.close(now, slot, by.place, by.subscription, |change| {
            (now.after(change.raised), change.measured, change.waiting == 0 && !change.lost, change.derived)
        })?;
        let since_origin = if derived { self.lineage.as_ref().map(|lineage| now.since(lineage.origin(slot))) } else { None };
        Some(Shown { latency, measured, by_all, since_origin })
    }

    /// The view at this place shows the change, or has shown a newer version of its resource.
    pub fn has_shown(&self, slot: u32, place: u32) -> bool {
        let Change { event, resource, version, .. } = self.changes[slot as usize];
        let family = &self.families[event as usize];
        family.pictures[resource as usize * family.audience as usize + place as usize].view.newest_shown() >= version
    }

    /// A subscription applies `version` of the change's resource to its view. Other changes that it shows for the first time by that
    /// are given to `see`, newest first; whether it shows this one, [`Ledger::has_shown`] says.
    #[inline(never)]
    pub fn apply(&mut self, now: Time, by: Applying, slot: u32, version: u32, mut see: impl FnMut(Shown)) -> Applied {
        let Applying { place, guard, claimed, .. } = by;
        let Change { event, resource, .. } = self.changes[slot as usize];
        let family = &mut self.families[event as usize];
        let picture = &mut family.pictures[resource as usize * family.audience as usize + place as usize];
        let newest_shown = picture.view.newest_shown();
        // As long as no clock is wrong, time stamps say the same as versions.
        let stamp = if claimed == Time::ZERO { Time(version as u64) } else { claimed };
        let applied = picture.view.apply(now, version, stamp, guard);
        if let Applied::Shown { wrong } = applied {
            family.accounts[place as usize].wrong += wrong;
        }
        // What is not newer than the newest it ever showed is closed already.
        let now_newest = picture.view.newest_shown();
        if now_newest == newest_shown {
            return applied;
        }
        let mut next = family.resources[resource as usize].newest;
        while next != NONE && self.changes[next as usize].version > newest_shown {
            let older = self.changes[next as usize].older;
            if self.changes[next as usize].version <= now_newest
                && next != slot
                && let Some(shown) = self.show(now, by, next)
            {
                self.left.close(next, place);
                see(shown);
            }
            next = older;
        }
        applied
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
    #[inline(always)]
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
        if lifecycle == NONE { 0 } else { changes - self.families[event as usize].lifecycles[lifecycle as usize].remaining }
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
                self.families[event].accounts[place as usize].begin(wrong_before);
            }
        }
    }

    /// Nobody holds the change any more: whoever still waits for it never gets it.
    #[inline]
    fn settle(&mut self, now: Time, slot: u32) {
        let change = &mut self.changes[slot as usize];
        if change.waiting > 0 || change.lifecycle != NONE {
            self.settle_rarely(now, slot);
        }
        let change = &mut self.changes[slot as usize];
        change.stamp = change.stamp.wrapping_add(1);
        self.free.push(slot);
    }

    #[inline(never)]
    fn settle_rarely(&mut self, now: Time, slot: u32) {
        if self.changes[slot as usize].waiting > 0 {
            self.lose_for_all(now, slot);
        }
        let change = self.changes[slot as usize];
        if change.lifecycle == NONE {
            return;
        }
        if change.older != NONE {
            self.changes[change.older as usize].newer = change.newer;
        }
        match change.newer {
            NONE => self.families[change.event as usize].resources[change.resource as usize].newest = change.older,
            newer => self.changes[newer as usize].older = change.older,
        }
        let idle = self.families[change.event as usize].one_less(change.lifecycle, change.resource);
        let root = self.lineage.as_ref().and_then(|lineage| lineage.root(change.event, change.resource));
        let (event, resource) = root.unwrap_or((change.event, change.resource));
        // What was derived goes with its root.
        let is_over = if root.is_some() { self.families[event as usize].leave(resource) } else { idle };
        if is_over {
            self.forget(now, event, resource);
        }
    }

    fn lose_for_all(&mut self, now: Time, slot: u32) {
        let Change { event, measured, .. } = self.changes[slot as usize];
        for place in 0..self.families[event as usize].audience {
            let subscription = self.subscription_of[event as usize][place as usize];
            let unreached = self.lose(now, slot, place, subscription) && measured;
            self.families[event as usize].accounts[place as usize].unreached += unreached as u64;
        }
    }

    /// Time during which views at this place of an event's audience showed less than they had shown, in the measured part.
    pub fn time_wrong(&self, now: Time, event: u32, place: u32) -> Span {
        let account = &self.families[event as usize].accounts[place as usize];
        account.wrong + self.wrong_now(now, event, place) - account.wrong_before
    }

    /// Of the views that are wrong now, those whose resource is forgotten included: for how long they have been.
    fn wrong_now(&self, now: Time, event: u32, place: u32) -> Span {
        let family = &self.families[event as usize];
        let views = family.pictures.iter().skip(place as usize).step_by(family.audience.max(1) as usize);
        let for_good = family.accounts[place as usize].wrong_for_good(now);
        views.fold(for_good, |sum, picture| sum + picture.view.wrong_for(now))
    }

    /// Twice the integral (ns^2) and the maximum of the age of the oldest change that a subscription does not show, since the last call.
    pub fn freshness(&mut self, now: Time, subscription: usize) -> (u128, Span) {
        let freshness = &mut self.freshness[subscription];
        freshness.account(now);
        freshness.age.cut()
    }
}

/// The word and the bit that say whether a change is open for the subscription at a place.
#[inline(always)]
fn open_word<'a>(change: &'a mut Change, wide: &'a mut [u64], words: usize, slot: u32, place: u32) -> (&'a mut u64, u64) {
    let word = match place {
        0..64 => &mut change.open,
        _ => {
            cold_path();
            &mut wide[slot as usize * words + (place >> 6) as usize - 1]
        }
    };
    (word, 1 << (place & 63))
}
