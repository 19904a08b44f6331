//! Pollers: who asks a feed for what is new, when, and what becomes of an answer.
//!
//! A poll is due at the ticks of a clock that nothing moves; while the poll before is under way a tick passes. After the jitter the
//! request crosses the link and joins the one line of the system of record; what it is answered, and whether nothing is new, is
//! decided when it is served. As long as an answer says that there is more, the next request follows at once. A request that is
//! refused or takes too long ends its poll: the next tick asks again from the same cursor, so nothing is missed.
//!
//! The entries go to the poller's workers, in order; from there on they are deliveries like others (`deliver`, `callback`), but for
//! the settling: what fails is worked again when the next poll begins.

use super::copy::Context;
use super::disruption::slowed;
use super::feed::Feeds;
use super::hop::Hop;
use super::network::Path;
use super::notice::{CopyRef, Notice, Poll};
use super::system_of_record::Request;
use super::world::World;
use crate::core::{Page, ReaderId};
use crate::scenario::spec::{self, Scenario, Schedule};
use crate::sim::{Admission, Distribution, Stream};
use crate::units::{Bytes, Span, Time};

/// A request for a page.
pub const REQUEST_SIZE: Bytes = Bytes(400);
/// An answer without entries: not modified, or refused.
pub const SHORT_ANSWER_SIZE: Bytes = Bytes(200);
const DAY: Span = Span::from_secs(86_400);

/// Who reads a feed.
#[derive(Clone, Debug)]
pub struct Poller {
    pub feed: u32,
    /// Among the feed's readers.
    pub id: ReaderId,
    /// In the audience of the feed's event.
    pub place: u32,
    /// Its place among subscriptions and queues.
    pub line: u32,
    /// Among the subscribers: what it does with entries.
    pub who: u32,
    sor: u16,
    ticks: Ticks,
    jitter: (Distribution, Stream),
    timeout: Option<Span>,
    page_service: (Distribution, Stream),
    not_modified_service: (Distribution, Stream),
    entry_size: Bytes,
    path: Path,
    path_back: Path,
    link_stream: Stream,
    back_stream: Stream,
    /// From the tick to the last answer.
    is_busy: bool,
    /// No tick is entered: a drain had nothing left to show. What is appended later winds its clock up again.
    rests: bool,
    /// Which request is current; answers to earlier ones come too late.
    call: u16,
    request: Asked,
    /// Entries whose attempts failed.
    failed: Vec<CopyRef>,
    /// Entries that it has read and not yet shown.
    pub in_hand: u64,
    /// Entries that it has read ever.
    pub read: u64,
}

/// A request and when its stages began.
#[derive(Clone, Copy, Debug, Default)]
struct Asked {
    sent: Time,
    arrived: Time,
    began: Time,
    served: Time,
    page: Page,
}

/// A clock that nothing moves.
#[derive(Clone, Debug)]
struct Ticks {
    schedule: Schedule,
    passed: u64,
}

impl Ticks {
    /// The next one, which comes after `now`; none but the first is ever at the start.
    fn next(&mut self, now: Time) -> Time {
        loop {
            let due = self.numbered(self.passed);
            self.passed += 1;
            if due > now || self.passed == 1 {
                return due;
            }
        }
    }

    fn numbered(&self, number: u64) -> Time {
        match &self.schedule {
            Schedule::Every(every) => Time(every.0.saturating_mul(number + 1)),
            Schedule::At(times) => {
                let (day, time) = (number / times.len() as u64, times[(number % times.len() as u64) as usize]);
                Time(DAY.0.saturating_mul(day)) + time
            }
        }
    }
}

/// Where a poller's figures and entries stand.
#[derive(Clone, Copy, Debug)]
pub struct Placement {
    pub place: u32,
    pub line: u32,
    pub who: u32,
}

impl Poller {
    /// A poller before its first tick; `stream` gives it its named streams.
    pub fn new(scenario: &Scenario, poller: &spec::Poller, placement: Placement, stream: impl Fn(&str) -> Stream) -> Poller {
        let feed = &scenario.feeds[poller.feed];
        let sor = scenario.sor_of(poller.feed);
        let (home, there) = (poller.reader.zone, scenario.sors[sor].zone);
        let Placement { place, line, who } = placement;
        Poller {
            feed: poller.feed as u32,
            id: ReaderId(0),
            place,
            line,
            who,
            sor: sor as u16,
            ticks: Ticks { schedule: poller.schedule.clone(), passed: 0 },
            jitter: (poller.jitter.clone(), stream("jitter")),
            timeout: poller.timeout,
            page_service: (feed.page_service.clone(), stream("page service")),
            not_modified_service: (feed.not_modified_service.clone(), stream("not modified service")),
            entry_size: scenario.events[feed.of].size,
            path: Path::between(scenario, home, there),
            path_back: Path::between(scenario, there, home),
            link_stream: stream("poll link"),
            back_stream: stream("page link"),
            is_busy: false,
            rests: false,
            call: 0,
            request: Asked::default(),
            failed: Vec::new(),
            in_hand: 0,
            read: 0,
        }
    }

    /// How long an answer takes a worker of the system of record.
    fn service(&mut self, page: &Page) -> Span {
        let (distribution, stream) = if page.is_empty() { &mut self.not_modified_service } else { &mut self.page_service };
        distribution.sample(stream)
    }

    /// What the answer to the current request weighs.
    fn answer_size(&self) -> Bytes {
        match self.request.page.len() {
            0 => SHORT_ANSWER_SIZE,
            entries => Bytes(self.entry_size.0.saturating_mul(entries)),
        }
    }
}

impl World {
    /// Something in the course of a poll.
    #[inline(never)]
    pub(super) fn poll(&mut self, poller: u16, call: u16, step: Poll, began: Time) {
        let is_current = self.feeds.pollers[poller as usize].call == call;
        match step {
            Poll::Due => self.poll_due(poller),
            Poll::Begins => self.poll_begins(poller),
            Poll::Arrives => self.poll_arrives(poller, call),
            Poll::Served => self.poll_served(poller, call, began),
            Poll::Answered if is_current => self.poll_answered(poller),
            Poll::Refused | Poll::TimedOut if is_current => self.poll_failed(poller),
            Poll::Answered | Poll::Refused | Poll::TimedOut => {}
        }
    }

    /// Enters a poller's next tick: up to the horizon, and beyond it as long as a drain finds something left to show.
    pub(super) fn schedule_poll(&mut self, poller: u16) {
        let asks = &mut self.feeds.pollers[poller as usize];
        asks.rests = false;
        let due = asks.ticks.next(self.now);
        if due < self.probe.clock.horizon || self.drains {
            self.calendar.schedule(due, Poll::Due.notice(poller, 0).packed());
        }
    }

    /// Something was appended after the horizon: whose clock rests, and who has something to read again, winds it up.
    pub(super) fn wake_pollers(&mut self) {
        for poller in 0..self.feeds.pollers.len() {
            let asks = &self.feeds.pollers[poller];
            if asks.rests && self.feeds.unread(asks) > 0 {
                self.schedule_poll(poller as u16);
            }
        }
    }

    fn poll_due(&mut self, poller: u16) {
        let asks = &self.feeds.pollers[poller as usize];
        if self.now >= self.probe.clock.horizon && self.feeds.unread(asks) == 0 && asks.in_hand == 0 {
            self.feeds.pollers[poller as usize].rests = true;
            return;
        }
        self.schedule_poll(poller);
        let (asks, probe) = (&mut self.feeds.pollers[poller as usize], &mut self.probe.pollers[poller as usize]);
        if asks.is_busy {
            return probe.skipped.add(1);
        }
        probe.polls.add(1);
        asks.is_busy = true;
        let jitter = asks.jitter.0.sample(&mut asks.jitter.1);
        if jitter.is_zero() {
            self.poll_begins(poller);
        } else {
            self.calendar.schedule(self.now + jitter, Poll::Begins.notice(poller, 0).packed());
        }
    }

    fn poll_begins(&mut self, poller: u16) {
        let failed = std::mem::take(&mut self.feeds.pollers[poller as usize].failed);
        for at in failed {
            self.work_again(at);
        }
        self.ask(poller);
    }

    /// An entry whose attempt failed goes to the workers again.
    fn work_again(&mut self, at: CopyRef) {
        let Some(mut attempt) = self.attempt(at) else { return };
        attempt.pass(Hop::Redelivery);
        attempt.watched.redelivered.add(1);
        attempt.context.attempt += 1;
        attempt.context.call = attempt.context.call.wrapping_add(1);
        attempt.context.tries = 0;
        attempt.join();
    }

    /// The next request goes out.
    fn ask(&mut self, poller: u16) {
        let World { now, feeds, network, probe, calendar, .. } = self;
        let asks = &mut feeds.pollers[poller as usize];
        asks.call = asks.call.wrapping_add(1);
        let call = asks.call;
        asks.request = Asked { sent: *now, ..Asked::default() };
        if let Some(timeout) = asks.timeout {
            calendar.schedule(*now + timeout, Poll::TimedOut.notice(poller, call).packed());
            if network.is_down_until(&asks.path, *now, *now + timeout) {
                return;
            }
        }
        let arrival = network.send(&asks.path, *now, REQUEST_SIZE, &mut Time::ZERO.clone(), &mut asks.link_stream, &mut probe.links);
        if arrival == *now {
            self.poll_arrives(poller, call);
        } else {
            calendar.schedule(arrival, Poll::Arrives.notice(poller, call).packed());
        }
    }

    /// A request reaches the system of record: served, in line, or refused. That its poller may have given up nobody knows there.
    fn poll_arrives(&mut self, poller: u16, call: u16) {
        let World { now, feeds, sors, probe, .. } = self;
        let asks = &mut feeds.pollers[poller as usize];
        if asks.call == call {
            asks.request.arrived = *now;
        }
        let sor = asks.sor as usize;
        let probe = &mut probe.sors[sor];
        probe.polls.add(1);
        match sors[sor].arrive(*now, Request::Poll { poller, call }) {
            Admission::Served => {
                probe.started(*now, *now);
                self.serve_poll(poller, call);
            }
            Admission::Waits => probe.line.level.rise(*now),
            Admission::Refused => {
                probe.refused.add(1);
                self.poll_refused(poller, call);
            }
        }
    }

    /// A worker of the system of record takes a request: what is behind the cursor now is what it will answer.
    pub(super) fn serve_poll(&mut self, poller: u16, call: u16) {
        let World { now, feeds: Feeds { feeds, pollers, .. }, sors, probe, calendar, .. } = self;
        let asks = &mut pollers[poller as usize];
        let page = feeds[asks.feed as usize].page(asks.id);
        if asks.call == call {
            (asks.request.began, asks.request.page) = (*now, page);
        }
        probe.sors[asks.sor as usize].busy_polls.level.rise(*now);
        let length = slowed(asks.service(&page), sors[asks.sor as usize].slow);
        calendar.schedule(*now + length, Notice::Poll { poller: poller as u32, call, step: Poll::Served, began: *now }.packed());
    }

    /// The system of record takes nothing.
    pub(super) fn poll_refused(&mut self, poller: u16, call: u16) {
        self.answer_poll(poller, call, SHORT_ANSWER_SIZE, Poll::Refused);
    }

    /// The system of record is done with a request, or went down while it was served.
    fn poll_served(&mut self, poller: u16, call: u16, began: Time) {
        let asks = &mut self.feeds.pollers[poller as usize];
        let (sor, is_current) = (asks.sor, asks.call == call);
        if self.sors[sor as usize].has_lost(began) {
            return self.poll_refused(poller, call);
        }
        self.probe.sors[sor as usize].busy_polls.level.fall(self.now);
        if let Some((came, request)) = self.sors[sor as usize].station.leave() {
            self.serve_next(sor, came, request);
        }
        if is_current {
            let asks = &mut self.feeds.pollers[poller as usize];
            asks.request.served = self.now;
            let size = asks.answer_size();
            self.answer_poll(poller, call, size, Poll::Answered);
        } else {
            self.probe.sors[sor as usize].wasted.add(self.now.since(began).0);
        }
    }

    /// An answer crosses the link.
    fn answer_poll(&mut self, poller: u16, call: u16, size: Bytes, step: Poll) {
        let World { now, feeds, network, probe, calendar, .. } = self;
        let asks = &mut feeds.pollers[poller as usize];
        let arrival = network.send(&asks.path_back, *now, size, &mut Time::ZERO.clone(), &mut asks.back_stream, &mut probe.links);
        if arrival == *now {
            self.poll(poller, call, step, Time::ZERO);
        } else {
            calendar.schedule(arrival, step.notice(poller, call).packed());
        }
    }

    /// The answer is there: its entries go to the workers, and where there are more the next request goes out.
    fn poll_answered(&mut self, poller: u16) {
        let asks = &mut self.feeds.pollers[poller as usize];
        asks.call = asks.call.wrapping_add(1);
        let page = asks.request.page;
        if page.is_empty() {
            self.probe.pollers[poller as usize].empty.add(1);
        }
        asks.read += page.len();
        asks.in_hand += page.len();
        let feed = asks.feed as usize;
        for number in page.first..page.end {
            let change = self.feeds.feeds[feed].entry(number).expect("what somebody has yet to read is kept");
            self.take_entry(poller, change as u32);
        }
        let Feeds { feeds, pollers, .. } = &mut self.feeds;
        let asks = &mut pollers[poller as usize];
        feeds[feed].advance(asks.id, page.end);
        self.probe.lines[asks.line as usize].backlog.level.set(self.now, feeds[feed].unread(asks.id));
        asks.is_busy = page.more;
        if page.more {
            self.ask(poller);
        }
    }

    /// Refused, or given up.
    fn poll_failed(&mut self, poller: u16) {
        let asks = &mut self.feeds.pollers[poller as usize];
        asks.call = asks.call.wrapping_add(1);
        asks.is_busy = false;
        self.probe.pollers[poller as usize].failed.add(1);
    }

    /// The poller has an entry in hand: its stages so far are those of the request that brought it.
    fn take_entry(&mut self, poller: u16, change: u32) {
        let asks = &self.feeds.pollers[poller as usize];
        let (who, place, request) = (asks.who, asks.place, asks.request);
        let at = self.copies.entry();
        let mut attempt = self.attempt_of(at, who);
        attempt.context.begin_entry(change, place, who, attempt.ledger.change(change));
        attempt.context.poisoned = attempt.subscriber.is_poisoned();
        request.account(attempt.context);
        attempt.pass(Hop::FeedLink);
        attempt.join();
    }

    /// An attempt at an entry is over: it is shown, or is worked again at the next poll.
    #[inline(never)]
    pub(super) fn entry_over(&mut self, at: CopyRef, done: bool) {
        let Context { change, place, subscriber, tracked, .. } = *self.copies.at(at.slot);
        let poller = subscriber as usize - (self.subscribers.len() - self.feeds.pollers.len());
        let asks = &mut self.feeds.pollers[poller];
        if !done {
            return asks.failed.push(at);
        }
        asks.in_hand -= 1;
        let Feeds { feeds, pollers, .. } = &self.feeds;
        let asks = &pollers[poller];
        self.probe.lines[asks.line as usize].holds(self.now, || asks.in_hand + feeds[asks.feed as usize].unread(asks.id));
        self.copies.free_entry(at);
        if tracked { self.done_with(change, place) } else { self.release(change) }
    }
}

impl Asked {
    /// What an entry has gone through until its page was served. It may have been appended while its request was under way.
    fn account(&self, context: &mut Context) {
        let stages =
            [(self.sent, Hop::PollWait), (self.arrived, Hop::FeedLink), (self.began, Hop::FeedWait), (self.served, Hop::FeedService)];
        for (until, hop) in stages {
            context.pass(until.max(context.mark), hop);
        }
    }
}
