//! What must hold at the end of every replication, whatever the design: conservation and Little's law, in integers.

use super::probe::Gauge;
use super::world::World;
use crate::core::QueueId;
use crate::units::Time;

impl World {
    /// Checks the laws.
    ///
    /// # Errors
    /// A sentence that names the law, the place and both figures: a defect of this program.
    pub fn check(&mut self) -> Result<(), String> {
        self.check_brokers()?;
        self.check_holders()?;
        self.check_pipelines()?;
        self.check_derived()?;
        self.check_feeds()?;
        self.check_little()
    }

    /// Every copy that a queue has taken is ready, in flight, away, or has come to one of its ends.
    fn check_brokers(&self) -> Result<(), String> {
        for (index, segment) in self.segments.iter().enumerate() {
            for queue in (0..self.line_of[index].len() as u32).map(QueueId) {
                let broker = &segment.broker;
                let present = broker.ready(queue) + broker.in_flight(queue) + broker.delayed(queue);
                let totals = broker.totals(queue);
                let taken = totals.published + totals.received;
                let ended = totals.acked + totals.dead_lettered + totals.expired + totals.dropped;
                if taken != present + ended {
                    return Err(format!("conservation in queue {} of segment {index}: {totals:?}, present {present}", queue.0));
                }
            }
        }
        Ok(())
    }

    /// Every change that lives is held by its publisher or by copies in brokers, and by nothing else.
    fn check_holders(&self) -> Result<(), String> {
        let mut copies = 0;
        for (index, segment) in self.segments.iter().enumerate() {
            let present = |queue| segment.broker.ready(queue) + segment.broker.in_flight(queue) + segment.broker.delayed(queue);
            copies += (0..self.line_of[index].len() as u32).map(|queue| present(QueueId(queue))).sum::<u64>();
        }
        let on_bus = self.probe.events.iter().zip(&self.publishers).filter(|(_, publisher)| publisher.has_bus).map(|(event, _)| event);
        let unsent: u64 = on_bus.map(|event| event.raised.total - event.published.total - event.refused.total).sum();
        let entries: u64 = self.feeds.pollers.iter().map(|poller| self.feeds.unread(poller) + poller.in_hand).sum();
        let holders = self.ledger.holders();
        let left = self.ledger.holders_left();
        let pipelines = self.subscribers.iter().filter_map(|subscriber| subscriber.pipeline.as_ref());
        let duplicates: u64 = pipelines.map(|pipeline| pipeline.duplicates).sum();
        if holders != copies + unsent + entries + left + duplicates {
            return Err(format!(
                "conservation: changes have {holders} holders, brokers hold {copies} copies, publishers {unsent}, pollers {entries} entries, topologies {duplicates}, and {left} are left open"
            ));
        }
        Ok(())
    }

    /// What came into a stage has left it or is inside; what leaves it comes into the next.
    fn check_pipelines(&self) -> Result<(), String> {
        for (index, (subscriber, probe)) in self.subscribers.iter().zip(&self.probe.subscribers).enumerate() {
            let (Some(pipeline), Some(probe)) = (&subscriber.pipeline, &probe.pipeline) else { continue };
            for (number, (stage, seen)) in pipeline.stages.iter().zip(&probe.stages).enumerate() {
                if seen.entered != seen.left + seen.lost + stage.inside() {
                    let (entered, left, lost, inside) = (seen.entered, seen.left, seen.lost, stage.inside());
                    return Err(format!(
                        "conservation in stage {number} of subscriber {index}: {entered} came, {left} left, {lost} were lost, {inside} inside"
                    ));
                }
            }
            if let Some(number) = probe.stages.windows(2).position(|pair| pair[0].left != pair[1].entered) {
                return Err(format!("conservation: what left stage {number} of subscriber {index} did not come into the next"));
            }
            let pending: u64 = pipeline.spouts.iter().map(|spout| u64::from(spout.pending)).sum();
            if pending != probe.pending.level.value() {
                return Err(format!("conservation of trees in subscriber {index}: {pending} and {} pending", probe.pending.level.value()));
            }
        }
        Ok(())
    }

    /// A message that is done raises at most one event, exactly one where the shares add up to all; none of them is lost on the way.
    fn check_derived(&self) -> Result<(), String> {
        let mut derived = vec![0; self.audiences.len()];
        for (index, (subscriber, probe)) in self.subscribers.iter().zip(&self.probe.subscribers).enumerate() {
            let Some(raises) = &subscriber.raises else { continue };
            let raised: u64 = probe.raised.iter().map(|count| count.total).sum();
            let done = probe.done.total + probe.duplicates;
            if raised > done || raises.is_certain() && raised != done {
                return Err(format!("subscriber {index} is done with {done} messages and raised {raised} events"));
            }
            for (publisher, count) in raises.publishers().zip(&probe.raised) {
                derived[self.publishers[publisher as usize].event as usize] += count.total;
            }
        }
        for (event, derived) in derived.into_iter().enumerate() {
            let (raised, own) = (self.probe.events[event].raised.total, self.ledger.raised_at_source(event));
            if raised != derived + own {
                return Err(format!("event {event}: {raised} raised, {own} at the source and {derived} by subscribers"));
            }
        }
        Ok(())
    }

    /// Every entry of a feed is, for each of its pollers, shown, unread, or in the poller's hand: in line, in work or calling, or
    /// failed and to be worked again.
    fn check_feeds(&self) -> Result<(), String> {
        for (index, poller) in self.feeds.pollers.iter().enumerate() {
            let feed = &self.feeds.feeds[poller.feed as usize];
            let shown = self.probe.subscribers[poller.who as usize].done.total;
            let unread = self.feeds.unread(poller);
            if feed.appended() != shown + poller.in_hand + unread || poller.read != shown + poller.in_hand {
                return Err(format!(
                    "conservation at poller {index}: {} appended, {} read, {unread} unread, {} in hand, {shown} shown",
                    feed.appended(),
                    poller.read,
                    poller.in_hand
                ));
            }
        }
        Ok(())
    }

    /// Little's law on the whole run: the integral of a line's length is the sum of all waits, those under way included.
    fn check_little(&mut self) -> Result<(), String> {
        let now = self.now;
        let waits = |line: &mut dyn Iterator<Item = Time>| line.map(|came| now.since(came).0 as u128).sum::<u128>();
        let check = |what: String, line: &mut Gauge, waited: u128, waiting: u128| {
            let area = line.area + line.level.cut(now);
            line.area = area;
            if area == waited + waiting {
                Ok(())
            } else {
                Err(format!("Little's law at {what}: line {area} ns, waits {waited} + {waiting} ns"))
            }
        };
        for (index, (segment, probe)) in self.segments.iter().zip(&mut self.probe.segments).enumerate() {
            let waiting = waits(&mut segment.station.line().map(|(came, _)| *came));
            check(format!("segment {index}"), &mut probe.station.line, probe.station.waited, waiting)?;
        }
        for (index, (sor, probe)) in self.sors.iter().zip(&mut self.probe.sors).enumerate() {
            let waiting = waits(&mut sor.station.line().map(|(came, _)| *came));
            check(format!("system of record {index}"), &mut probe.line, probe.waited, waiting)?;
        }
        for (index, (subscriber, probe)) in self.subscribers.iter().zip(&mut self.probe.subscribers).enumerate() {
            let spouts = subscriber.pipeline.iter().flat_map(|pipeline| &pipeline.spouts).flat_map(|spout| &spout.line);
            let lines = subscriber.consumers.iter().flat_map(|consumer| consumer.station.line());
            let waiting = waits(&mut lines.chain(spouts).map(|(came, _)| *came));
            check(format!("subscriber {index}"), &mut probe.station.line, probe.station.waited, waiting)?;
            let (Some(pipeline), Some(probe)) = (&subscriber.pipeline, &mut probe.pipeline) else { continue };
            for (number, (stage, seen)) in pipeline.stages.iter().zip(&mut probe.stages).enumerate() {
                let (what, waiting) = (format!("stage {number} of subscriber {index}"), waits(&mut stage.waiting()));
                check(what, &mut seen.station.line, seen.station.waited, waiting)?;
            }
        }
        Ok(())
    }
}
