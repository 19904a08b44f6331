//! What publishers hold back: publishes that were refused and are tried again, and those that may not be sent yet, as the window of
//! unconfirmed ones is full or the segment blocks its publishers. Whoever has to recover from disruptions hears of all that is on its way.
//!
//! Knows nothing of why the broker refuses.

use super::hop::Hop;
use super::notice::Notice;
use super::publish::message;
use super::recovery::Recovery;
use super::world::World;
use crate::core::{PublisherId, Refusal};
use crate::units::Time;

impl World {
    /// A change waits at its publisher from now on.
    #[cold]
    pub(super) fn wait_at_publisher(&mut self, change: u32) {
        self.probe.events[self.ledger.change(change).event as usize].line.level.rise(self.now);
    }

    /// It does no more, and is sent.
    #[cold]
    fn leave_publisher(&mut self, change: u32) {
        self.probe.events[self.ledger.change(change).event as usize].line.level.fall(self.now);
    }

    /// Of everybody in the change's audience who has to recover from disruptions.
    #[cold]
    pub(super) fn each_recovery(&mut self, change: u32, mut tell: impl FnMut(&mut Recovery, Time)) {
        let World { audiences, ledger, publishers, probe, now, .. } = self;
        let seats = &audiences[ledger.change(change).event as usize];
        if seats.iter().all(|seat| probe.lines[seat.line as usize].recoveries.is_empty()) {
            return;
        }
        let message = message(ledger, publishers, change);
        for seat in seats.iter().filter(|seat| seat.selector.admits(&message)) {
            probe.lines[seat.line as usize].recoveries.iter_mut().for_each(|recovery| tell(recovery, *now));
        }
    }

    /// A refused publish is tried again.
    pub(super) fn publish_again(&mut self, change: u32) {
        self.pass(change, Hop::PublishWait);
        self.leave_publisher(change);
        self.publish(change);
    }

    /// A place in the publisher's window is free.
    pub(super) fn confirmed(&mut self, publisher: u32) {
        self.publishers[publisher as usize].answered();
        self.send_held(publisher);
    }

    /// One after the other, until the next one may not: what one of them brings about may be known at the broker before it is told.
    fn send_held(&mut self, publisher: u32) {
        let segment = self.publishers[publisher as usize].segment as usize;
        while !self.publishers[publisher as usize].held.is_empty()
            && !self.segments[segment].broker.is_blocked(PublisherId(publisher))
            && self.publishers[publisher as usize].try_send()
        {
            let change = self.publishers[publisher as usize].held.pop_front().expect("something is held");
            self.pass(change, Hop::PublishWait);
            self.leave_publisher(change);
            self.send(change);
        }
    }

    #[cold]
    pub(super) fn refused(&mut self, segment: u16, publisher: u32, change: u32, copies: u32, cause: Refusal) {
        if let Refusal::Full(queue) = cause {
            let line = self.line_of[segment as usize][queue.0 as usize] as usize;
            self.probe.lines[line].rejected.add(1);
        }
        self.ledger.hold(change, copies);
        let refusals = self.ledger.change(change).refusals.saturating_add(1);
        self.ledger.change_mut(change).refusals = refusals;
        let heard = self.way_back(publisher);
        match self.publishers[publisher as usize].retry_after(refusals as u32) {
            Some(after) => {
                self.calendar.schedule(heard + after, Notice::PublishAgain { change }.packed());
                self.wait_at_publisher(change);
            }
            None => {
                self.each_recovery(change, |recovery, now| {
                    recovery.arrive(now);
                    recovery.settle(now);
                });
                self.probe.events[self.publishers[publisher as usize].event as usize].refused.add(1);
                self.ledger.change_mut(change).unsent = false;
                self.release(change);
            }
        }
        if self.publishers[publisher as usize].confirms {
            // Not at once: one refusal would follow from the other.
            self.calendar.schedule(heard, Notice::Confirmed { publisher }.packed());
        } else {
            self.publishers[publisher as usize].answered();
        }
    }

    pub(super) fn block(&mut self, segment: u16, publisher: u32) {
        if !std::mem::replace(&mut self.publishers[publisher as usize].blocked, true) {
            self.segments[segment as usize].blocked_publishers += 1;
            self.probe.segments[segment as usize].blocked.level.set(self.now, 1);
        }
    }

    #[cold]
    pub(super) fn unblock(&mut self, segment: u16, publisher: u32) {
        if std::mem::replace(&mut self.publishers[publisher as usize].blocked, false) {
            self.segments[segment as usize].blocked_publishers -= 1;
            let any = self.segments[segment as usize].blocked_publishers > 0;
            self.probe.segments[segment as usize].blocked.level.set(self.now, any as u64);
            self.send_held(publisher);
        }
    }
}
