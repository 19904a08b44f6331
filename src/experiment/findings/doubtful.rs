//! What makes the other figures doubtful: too short a run, too few replications, what was not seen to its end.

use super::{Seen, finding, others};
use crate::experiment::doubt::Doubt;
use crate::outcome::{Finding, Unstable};
use crate::scenario::spec::{Ending, Selector, Subscriber};
use crate::units::{Unit, three_digits};

impl Seen<'_> {
    /// In the long run a station at its limit has no mean, and one near it none that a short run could tell.
    pub(super) fn doubt(&self, doubt: &Doubt) -> Finding {
        let run = &self.outcome.run;
        let name = |station: &str| format!("{station}.utilization.mean");
        let busy = |station: &str| Unit::Share.show(self.point(&name(station)));
        let measured = Unit::Seconds.show(run.horizon_s - run.warm_up_s);
        match doubt {
            Doubt::Unstable => self.unstable(),
            Doubt::TooBusy(station) => {
                let sentence = format!(
                    "{station} is {} busy and {measured} were measured: at such a load lines change over hours, so averages of so short a run look smaller and surer than they are. Measure more than a day (`horizon`), or lower the load.",
                    busy(station)
                );
                finding("run_too_short", sentence, &[&name(station)])
            }
            Doubt::Scattered(metric, spread) => {
                let sentence = format!(
                    "{metric} differs between replications by {} of itself (a standard deviation): each is short against what its line remembers, so averages and high percentiles look smaller and surer than they are, however many there are. Make `horizon` longer ({measured} were measured).",
                    Unit::Share.show(*spread)
                );
                finding("run_too_short", sentence, &[metric])
            }
            Doubt::WarmUpNotFound => {
                let sentence = format!(
                    "The start-up did not end in the first half of the run, so half of it was cut, and the {measured} left may still be on the way to the long-run averages. Make `horizon` longer, or ask for `kind = \"day\"` if the load is not steady."
                );
                finding("run_too_short", sentence, &[])
            }
        }
    }

    /// All stations that do not keep up, each with its growth.
    fn unstable(&self) -> Finding {
        let all = &self.outcome.run.unstable;
        let grows = |station: &Unstable| format!("{}'s line by {} an hour", station.station, three_digits(station.growth_per_hour));
        let lines: Vec<String> = all.iter().map(grows).collect();
        let metrics: Vec<String> = all.iter().map(|station| format!("{}.utilization.mean", station.station)).collect();
        let (them, their) = if all.len() == 1 { ("it", "its") } else { ("them", "their") };
        let sentence = format!(
            "More comes than can be served, so lines grow as long as the run lasts: {}. Long-run averages of latency and backlog do not exist then, and none is shown; give {them} more servers, or lower {their} load.",
            lines.join(", ")
        );
        finding("unstable", sentence, &metrics.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// Batches of a single run that are too short to be independent, where that concerns an objective or most means.
    pub(super) fn short_batches(&self) -> Option<Finding> {
        let short = &self.outcome.run.batches.as_ref()?.too_short;
        let with_interval = self.outcome.metrics.iter().filter(|metric| metric.low.is_some()).count();
        let asked_for = |metric: &&String| self.outcome.objectives.iter().any(|objective| objective.metric == **metric);
        let first = short.iter().find(asked_for).or_else(|| short.first().filter(|_| short.len() > with_interval))?;
        let have = match short.len() - 1 {
            0 => " has".to_string(),
            more => others(more, " and one other mean have", |n| format!(" and {n} other means have")),
        };
        let sentence = format!(
            "The batches of the single run are correlated or differ too much, so {first}{have} no interval: stretches shorter than a line remembers look surer than they are. Make `horizon` longer, or ask for replications."
        );
        Some(finding("run_too_short", sentence, &[first]))
    }

    /// What `replications = "auto"` could not reach.
    pub(super) fn precision(&self) -> Option<Finding> {
        let precision = self.outcome.run.precision.as_ref().filter(|precision| precision.is_missed())?;
        let known = precision.reached.map_or("by one replication".into(), |reached| format!("to ± {}", Unit::Share.show(reached)));
        let sentence = format!(
            "{} is known {known} only, not to the ± {} asked for: {} replications have used up what one study may take. Make `horizon` longer or `precision` coarser, or write how many replications there shall be.",
            precision.metric,
            Unit::Share.show(precision.wanted),
            self.outcome.run.replications
        );
        Some(finding("precision_not_reached", sentence, &[&precision.metric]))
    }

    /// What a subscriber, or all of a queue, has not shown and of how much, where that is more than is always under way.
    fn left(&self, subscriber: &Subscriber) -> Option<(f64, f64)> {
        let raised = |event: usize| self.point(&format!("event.{}.raised", self.scenario.events[event].name));
        let reaching = self.scenario.events_reaching(subscriber);
        let raised = reaching.iter().map(|event| raised(*event)).sum::<f64>() * self.share_let_through(subscriber, &reaching);
        let left = self.point(&format!("{}.unfinished", subscriber.entity()));
        let least = if self.scenario.run.ending == Ending::Drain { 0.0 } else { (self.under_way(subscriber) * raised).max(10.0) };
        (left > least).then_some((left, raised))
    }

    /// What a selector lets through of the events that reach a subscription.
    fn share_let_through(&self, subscriber: &Subscriber, reaching: &[usize]) -> f64 {
        let traffic = &self.scenario.traffic;
        let Some(place) = self.scenario.subscribers.iter().position(|other| other.name == subscriber.name) else { return 1.0 };
        let all: f64 = reaching.iter().map(|event| traffic.events[*event]).sum();
        let is_selected = subscriber.selector != Selector::All && all > 0.0;
        if is_selected { (traffic.subscribers[place] / all).min(1.0) } else { 1.0 }
    }

    /// The part of all changes that may be under way at the end without a word: of a poller what comes between two polls or so,
    /// unless that is so much of the run that the changes shown are no picture of all.
    fn under_way(&self, subscriber: &Subscriber) -> f64 {
        const LITTLE: f64 = 0.001;
        const MOST: f64 = 0.25;
        let poller = self.scenario.pollers.iter().find(|poller| poller.reader.entity() == subscriber.entity());
        let longest = poller.and_then(|poller| poller.schedule.gaps().into_iter().max());
        longest.map_or(LITTLE, |gap| (2.0 * gap.seconds() / self.scenario.run.horizon.seconds()).clamp(LITTLE, MOST))
    }

    /// Latencies are of what was shown: what was not would make them longer. One sentence for all.
    pub(super) fn unfinished(&self) -> Option<Finding> {
        let seen: Vec<_> = self.lines().filter_map(|(who, audience)| Some((self.left(who)?, who, audience))).collect();
        let ((left, raised), most, audience) = seen.iter().max_by(|a, b| a.0.0.total_cmp(&b.0.0))?;
        let sentence = format!(
            "{} of {} changes raised were not yet shown at the end by {}{}; latencies leave them out and are too small. It takes more capacity, or a longer horizon, to see them all.{}",
            Unit::Count.show(*left),
            Unit::Count.show(*raised),
            audience.named(),
            others(seen.len() - 1, " (nor all by one other)", |n| format!(" (nor all by {n} others)")),
            self.disruptions_of(|target| self.scenario.concerns(target, most))
        );
        let metrics: Vec<String> = seen.iter().map(|(_, who, _)| format!("{}.unfinished", who.entity())).collect();
        Some(finding("unfinished", sentence, &metrics.iter().map(String::as_str).collect::<Vec<_>>()))
    }

    /// A rate counts the changes of lifecycles that began long ago; in a run none began before its start.
    pub(super) fn slow_lifecycles(&self, findings: &mut Vec<Finding>) {
        const NEARLY_ALL: f64 = 0.95;
        let run = &self.outcome.run;
        for (event, rate) in self.scenario.events.iter().zip(&self.scenario.traffic.events) {
            let (name, expected) = (format!("event.{}.raised", event.name), rate * (run.horizon_s - run.warm_up_s));
            let raised = self.point(&name);
            if event.lifecycle.is_none() || raised >= NEARLY_ALL * expected {
                continue;
            }
            let sentence = format!(
                "{} was raised {} times in a run, its rate says {}: no lifecycle is under way at the start, and their later changes come long after. All loads are too small by that; it takes a longer horizon with a `warm_up`, or a shorter `spacing`.",
                event.name,
                Unit::Count.show(raised),
                Unit::Count.show(expected)
            );
            findings.push(finding("slow_lifecycles", sentence, &[name.as_str()]));
        }
    }
}
