//! How a careful caller spares its system of record: answers are kept, callbacks of one resource shared, and nobody asks a system that
//! has failed again and again.
//!
//! The pieces are `cache`, `sharing` and `breaker`; here is what follows from them. In this order: a kept answer ends the callback at
//! once and costs nothing; a callback of the same resource that is not yet served is joined; an open breaker fails it at once.

use super::attempt::Attempt;
use super::breaker::Breaker;
use super::cache::{Answer, Cache};
use super::copy::Context;
use super::family::ResourceKey;
use super::hop::Hop;
use super::notice::{CopyRef, Notice};
use super::sharing::Sharing;
use super::subscriber::{Caller, Target};
use super::world::World;
use crate::scenario::spec::Callback;
use crate::units::Span;

/// What a caller has of these.
#[derive(Clone, Debug)]
pub struct Care {
    cache: Option<Cache>,
    sharing: Option<Sharing>,
    /// By system of record that is called, with its number.
    breakers: Vec<(u32, Breaker)>,
}

impl Care {
    /// As the callback says; none where it says nothing.
    pub fn new<'t>(callback: &Callback, targets: impl Iterator<Item = &'t Target>) -> Option<Box<Care>> {
        let mut sors: Vec<u32> = targets.map(|target| target.sor).collect();
        sors.sort_unstable();
        sors.dedup();
        let breakers = callback
            .breaker
            .as_ref()
            .map_or(Vec::new(), |breaker| sors.into_iter().map(|sor| (sor, Breaker::new(breaker.failures, breaker.open_for))).collect());
        let care = Care { cache: callback.cache.map(Cache::new), sharing: callback.coalesce.then(Sharing::default), breakers };
        (care.cache.is_some() || care.sharing.is_some() || !care.breakers.is_empty()).then(|| Box::new(care))
    }

    fn breaker(&mut self, sor: u32) -> Option<&mut Breaker> {
        self.breakers.iter_mut().find(|(of, _)| *of == sor).map(|(_, breaker)| breaker)
    }
}

impl Caller {
    /// The breaker before the system that is asked about an event at this step.
    #[cold]
    fn breaker(&mut self, event: u32, step: u16) -> Option<&mut Breaker> {
        self.care.as_ref()?;
        let sor = self.target(event, step).0.sor;
        self.care.as_mut()?.breaker(sor)
    }

    /// A request goes out.
    #[cold]
    pub fn pass_breaker(&mut self, at: CopyRef, event: u32, step: u16) {
        if let Some(breaker) = self.breaker(event, step) {
            breaker.pass(at);
        }
    }

    /// Who waited for a callback that is lost.
    pub fn orphans_of(&mut self, leader: CopyRef) -> Vec<CopyRef> {
        self.sharing().map_or(Vec::new(), |sharing| sharing.disband(leader))
    }

    fn sharing(&mut self) -> Option<&mut Sharing> {
        self.care.as_mut()?.sharing.as_mut()
    }

    fn cache(&mut self) -> Option<&mut Cache> {
        self.care.as_mut()?.cache.as_mut()
    }
}

impl Attempt<'_> {
    /// Who is called hears nothing of it, but the breaker does: a request has been answered, or has failed.
    #[inline(always)]
    pub fn heard(&mut self, succeeded: bool) {
        let (now, at, event, step) = (self.now, self.at, self.context.event, self.context.step);
        let caller = self.subscriber.caller();
        if caller.care.is_some()
            && let Some(breaker) = caller.breaker(event, step)
        {
            breaker.hear(now, at, succeeded);
        }
    }

    fn take(&mut self, answer: Answer) {
        (self.context.version, self.context.claimed) = (answer.version, answer.claimed);
    }
}

impl World {
    /// A callback begins, at a careful caller.
    #[inline(never)]
    pub(super) fn call_with_care(&mut self, at: CopyRef) {
        let Some(mut attempt) = self.attempt(at) else { return };
        let (now, who) = (attempt.now, attempt.context.subscriber);
        let Some(about) = attempt.ledger.resource_key(attempt.context.change) else { return self.call(at) };
        if let Some(answer) = attempt.subscriber.caller().cache().and_then(|cache| cache.get(now, about)) {
            attempt.watched.callback_cached.add(1);
            attempt.take(answer);
            return self.parsed(at);
        }
        attempt.context.version = 0;
        if !self.join(at, who, about) {
            self.call(at);
        }
    }

    /// Waits for the callback of another event of the resource, if there is one that is not yet served; otherwise others may join this.
    fn join(&mut self, at: CopyRef, who: u32, about: ResourceKey) -> bool {
        let World { copies, subscribers, probe, .. } = self;
        let Some(sharing) = subscribers[who as usize].caller().sharing() else { return false };
        let unserved = |leader: &CopyRef| copies.current(*leader).is_some_and(|context| context.version == 0);
        let leader = sharing.leader(about);
        let Some(leader) = leader.filter(unserved) else {
            // Those who waited for one that is lost are raised before this one is served.
            let lost = leader.filter(|leader| copies.current(*leader).is_none());
            let orphans = lost.map_or(Vec::new(), |leader| sharing.disband(leader));
            sharing.lead(about, at);
            orphans.into_iter().for_each(|orphan| sharing.follow(at, orphan));
            return false;
        };
        sharing.follow(leader, at);
        probe.subscribers[who as usize].callback_coalesced.add(1);
        true
    }

    /// The answer is there: it is kept, and all who waited for it have it.
    #[inline(never)]
    pub(super) fn answered_with_care(&mut self, at: CopyRef) {
        let Some(mut attempt) = self.attempt(at) else { return };
        let (now, parsing) = (attempt.now, attempt.parsing());
        let answer = Answer { version: attempt.context.version, claimed: attempt.context.claimed };
        let about = attempt.ledger.resource_key(attempt.context.change);
        let caller = attempt.subscriber.caller();
        if let (Some(cache), Some(about)) = (caller.cache(), about) {
            cache.put(now, about, answer);
        }
        let followers = caller.sharing().map_or(Vec::new(), |sharing| sharing.disband(at));
        self.parse(at, parsing);
        for follower in followers {
            if let Some(mut attempt) = self.attempt(follower) {
                attempt.pass(Hop::Coalesced);
                attempt.take(answer);
                self.parse(follower, parsing);
            }
        }
    }

    fn parse(&mut self, at: CopyRef, length: Span) {
        if length.is_zero() {
            self.parsed(at);
        } else {
            self.calendar.schedule(self.now + length, Notice::Parsed { at }.packed());
        }
    }

    /// A breaker is open before the system that is to be asked.
    pub(super) fn is_short_circuited(&mut self, at: CopyRef) -> bool {
        let World { now, copies, subscribers, .. } = self;
        let Some(&mut Context { subscriber, event, step, .. }) = copies.current(at) else { return false };
        let Some(breaker) = subscribers[subscriber as usize].caller().breaker(event, step) else { return false };
        if breaker.probe().is_some_and(|probe| copies.current(probe).is_none()) {
            breaker.lose_probe(*now);
        }
        breaker.refuses(*now)
    }

    /// The callback fails without having been made.
    #[cold]
    pub(super) fn short_circuit(&mut self, at: CopyRef) {
        let Some(attempt) = self.attempt(at) else { return };
        attempt.watched.callback_short_circuited.add(1);
        self.call_given_up(at);
    }

    /// A callback has failed for good: so have the attempts of all who waited for it.
    #[cold]
    pub(super) fn call_given_up(&mut self, at: CopyRef) {
        let Some(mut attempt) = self.attempt(at) else { return };
        let followers = attempt.subscriber.caller().sharing().map_or(Vec::new(), |sharing| sharing.disband(at));
        attempt.watched.request_failures(attempt.context.step).add(1);
        let over = attempt.end(false);
        self.end_attempt(over);
        for follower in followers {
            if let Some(mut attempt) = self.attempt(follower) {
                attempt.pass(Hop::Coalesced);
                attempt.watched.callback_failed.add(1);
                let over = attempt.end(false);
                self.end_attempt(over);
            }
        }
    }
}
