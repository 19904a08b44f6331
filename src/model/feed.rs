//! Feeds at the change: an entry for every change of the event, for every poller to find.
//!
//! Knows what was appended and who reads; when somebody asks is the pollers' business.

use super::poller::Poller;
use super::world::World;
use crate::core;
use crate::scenario::spec::Scenario;

/// All feeds that somebody polls, and who does.
#[derive(Clone, Debug, Default)]
pub struct Feeds {
    pub feeds: Vec<core::Feed>,
    /// By event: its feeds with their pollers. Empty where nothing is polled at all.
    carrying: Vec<Vec<Carrying>>,
    pub pollers: Vec<Poller>,
}

/// A feed of an event, and the pollers that read it.
#[derive(Clone, Debug)]
struct Carrying {
    feed: u32,
    pollers: Vec<u32>,
}

impl Feeds {
    /// Empty feeds whose readers are the pollers.
    pub fn new(scenario: &Scenario, pollers: Vec<Poller>) -> Feeds {
        let page = |feed: &crate::scenario::spec::Feed| feed.page.map_or(u64::MAX, u64::from);
        let mut feeds =
            Feeds { feeds: scenario.feeds.iter().map(|feed| core::Feed::new(page(feed))).collect(), carrying: Vec::new(), pollers };
        if feeds.pollers.is_empty() {
            return feeds;
        }
        feeds.carrying = vec![Vec::new(); scenario.events.len()];
        for (number, feed) in scenario.feeds.iter().enumerate() {
            let reads = |poller: &&u32| feeds.pollers[**poller as usize].feed == number as u32;
            let pollers: Vec<u32> = (0..feeds.pollers.len() as u32).collect::<Vec<_>>().iter().filter(reads).copied().collect();
            if !pollers.is_empty() {
                feeds.carrying[feed.of].push(Carrying { feed: number as u32, pollers });
            }
        }
        for poller in &mut feeds.pollers {
            poller.id = feeds.feeds[poller.feed as usize].add_reader();
        }
        feeds
    }

    /// Entries that a poller has not read yet.
    pub fn unread(&self, poller: &Poller) -> u64 {
        self.feeds[poller.feed as usize].unread(poller.id)
    }

    /// True where nobody polls anything.
    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.carrying.is_empty()
    }
}

impl World {
    /// A change was raised: its system of record appends it to its feeds, for each poller of which it lives on.
    #[inline(never)]
    pub(super) fn append(&mut self, event: u32, change: u32) {
        let World { now, feeds, ledger, probe, .. } = self;
        for Carrying { feed, pollers } in &feeds.carrying[event as usize] {
            feeds.feeds[*feed as usize].append(u64::from(change));
            ledger.hold(change, pollers.len() as u32);
            for poller in pollers {
                let poller = &feeds.pollers[*poller as usize];
                ledger.open(*now, change, [(poller.place, poller.line)]);
                let (line, unread) = (&mut probe.lines[poller.line as usize], feeds.feeds[*feed as usize].unread(poller.id));
                line.backlog.level.set(*now, unread);
                line.holds(*now, || unread + poller.in_hand);
            }
        }
        if self.now >= self.probe.clock.horizon {
            self.wake_pollers();
        }
    }
}
