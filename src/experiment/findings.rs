//! Sentences: what was seen, why it matters, what to try. Each rests on figures of the outcome that it names.

use crate::outcome::{Finding, Metric, Outcome, Verdict};
use crate::scenario::Scenario;
use crate::scenario::spec::{Kind, Subscriber};
use crate::units::Unit;

/// A station this busy in its worst five minutes has no room for a bad day.
const BUSY: f64 = 0.8;
/// Above this a station does not keep up.
const SATURATED: f64 = 0.99;

struct Seen<'a> {
    scenario: &'a Scenario,
    outcome: &'a Outcome,
}

/// All findings, the most urgent first.
pub fn find(scenario: &Scenario, outcome: &Outcome) -> Vec<Finding> {
    let seen = Seen { scenario, outcome };
    let mut findings = Vec::new();
    seen.objectives(&mut findings);
    findings.extend(seen.unstable());
    findings.extend(seen.bottleneck());
    seen.callback_load(&mut findings);
    seen.missed_events(&mut findings);
    seen.stale_data(&mut findings);
    seen.prefetch_starves(&mut findings);
    seen.blocked_publishers(&mut findings);
    findings
}

fn finding(kind: &str, sentence: String, metrics: &[&str]) -> Finding {
    Finding { kind: kind.into(), sentence, metrics: metrics.iter().map(|name| name.to_string()).collect() }
}

impl Seen<'_> {
    fn metric(&self, name: &str) -> Option<&Metric> {
        self.outcome.metric(name)
    }

    fn point(&self, name: &str) -> f64 {
        self.metric(name).map_or(0.0, |metric| metric.point)
    }

    fn objectives(&self, findings: &mut Vec<Finding>) {
        for objective in &self.outcome.objectives {
            let value = objective.point.map_or("not measured".into(), |point| objective.unit.show(point));
            match objective.verdict {
                Verdict::Met => {}
                Verdict::Missed => findings.push(finding(
                    "objective_missed",
                    format!("{} is {value}, the objective is {}: {}.", objective.metric, objective.bound, objective.reason),
                    &[&objective.metric],
                )),
                Verdict::Undecided => findings.push(finding(
                    "undecided",
                    format!("Whether {} ({value}) keeps {} is undecided: {}.", objective.metric, objective.bound, objective.reason),
                    &[&objective.metric],
                )),
            }
        }
    }

    /// Every station with its mean and peak utilization metrics.
    fn stations(&self) -> impl Iterator<Item = (&str, &Metric)> {
        self.outcome.metrics.iter().filter_map(|metric| metric.name.strip_suffix(".utilization.peak").map(|station| (station, metric)))
    }

    fn busiest(&self) -> Option<(&str, &Metric)> {
        self.stations().max_by(|a, b| a.1.point.total_cmp(&b.1.point))
    }

    fn bottleneck(&self) -> Option<Finding> {
        let (station, peak) = self.busiest()?;
        let mean = self.point(&format!("{station}.utilization.mean"));
        let advice = match peak.point {
            point if point >= SATURATED => "it does not keep up then, and its line grows: give it more servers or less work",
            point if point >= BUSY => "little is left for a worse day: waiting grows steeply from here",
            _ => "everything else has more room",
        };
        let (peak_text, mean_text) = (Unit::Share.show(peak.point), Unit::Share.show(mean));
        let sentence =
            format!("The busiest station is {station}: {peak_text} busy in its worst five minutes, {mean_text} on average; {advice}.");
        Some(finding("bottleneck", sentence, &[&peak.name]))
    }

    /// In the long run a station at its limit has no mean: said instead of trusted.
    fn unstable(&self) -> Option<Finding> {
        if self.scenario.run.kind != Kind::Steady {
            return None;
        }
        let full = |name: &str| self.point(&format!("{name}.utilization.mean")) >= SATURATED;
        let (station, peak) = self.stations().find(|(station, _)| full(station))?;
        let sentence = format!(
            "{station} is at its limit all the time, so its line grows as long as the run lasts: long-run averages of latency and backlog do not exist, the ones printed only tell of this horizon."
        );
        Some(finding("unstable", sentence, &[&peak.name]))
    }

    fn callback_load(&self, findings: &mut Vec<Finding>) {
        for sor in &self.scenario.sors {
            let name = format!("sor.{}", sor.name);
            let (callbacks, total) = (format!("{name}.utilization.callbacks"), format!("{name}.utilization"));
            let share = self.point(&format!("{callbacks}.mean")) / self.point(&format!("{total}.mean"));
            if share >= 0.2 {
                let (peak, without) = (self.point(&format!("{total}.peak")), self.point(&format!("{name}.utilization.own.peak")));
                let sentence = format!(
                    "Callbacks are {} of {}'s load; at the peak it is {} busy, and would be {} with its own users alone.",
                    Unit::Share.show(share),
                    sor.name,
                    Unit::Share.show(peak),
                    Unit::Share.show(without)
                );
                findings.push(finding("callback_load", sentence, &[&format!("{callbacks}.mean"), &format!("{total}.peak")]));
            }
        }
    }

    fn each_subscriber(&self, quantity: &str) -> impl Iterator<Item = (&Subscriber, String, f64)> {
        self.scenario.subscribers.iter().filter_map(move |subscriber| {
            let name = format!("subscriber.{}.{quantity}", subscriber.name);
            self.metric(&name).map(|metric| metric.point).filter(|point| *point > 0.0).map(|point| (subscriber, name, point))
        })
    }

    fn missed_events(&self, findings: &mut Vec<Finding>) {
        for (subscriber, name, missed) in self.each_subscriber("missed") {
            let causes = ["not_durable", "expired", "dropped", "refused", "dead_lettered"];
            let cause = causes.iter().max_by(|a, b| self.point(&format!("{name}.{a}")).total_cmp(&self.point(&format!("{name}.{b}"))));
            let sentence = format!(
                "{} never gets {} of its events in a run, most of them {}.",
                subscriber.name,
                Unit::Count.show(missed),
                cause.unwrap_or(&"lost").replace('_', " ")
            );
            findings.push(finding("missed_events", sentence, &[&name]));
        }
    }

    /// One sentence for all who show something stale.
    fn stale_data(&self, findings: &mut Vec<Finding>) {
        let seen: Vec<(String, String, f64)> =
            self.each_subscriber("stale_overwrites").map(|(who, name, count)| (who.name.clone(), name, count)).collect();
        let Some((worst, _, most)) = seen.iter().max_by(|a, b| a.2.total_cmp(&b.2)) else { return };
        let others = match seen.len() - 1 {
            0 => String::new(),
            1 => ", and so does one other subscriber".into(),
            n => format!(", and so do {n} other subscribers"),
        };
        let sentence = format!(
            "{worst} shows something older than it had shown {} times in a run{others}: results of parallel work overtake each other. A version guard (`guard = \"version\"`) or `ordering = \"by_resource\"` prevents that.",
            Unit::Count.show(*most)
        );
        let metrics: Vec<&str> = seen.iter().map(|(_, name, _)| name.as_str()).collect();
        findings.push(finding("stale_data", sentence, &metrics));
    }

    fn prefetch_starves(&self, findings: &mut Vec<Finding>) {
        for subscriber in &self.scenario.subscribers {
            let Some(prefetch) = subscriber.prefetch else { continue };
            let credit = prefetch as u64 * subscriber.consumers as u64;
            let asynchronous = subscriber.callback.as_ref().is_some_and(|callback| !callback.holds_worker);
            if credit < subscriber.workers as u64 && !asynchronous {
                let sentence = format!(
                    "{} has {} workers but credit for {credit} messages only: {} of its workers never get one. A prefetch of at least the workers of a consumer uses them all.",
                    subscriber.name,
                    subscriber.workers,
                    subscriber.workers as u64 - credit
                );
                findings.push(finding("prefetch_starves", sentence, &[&format!("subscriber.{}.utilization.peak", subscriber.name)]));
            }
        }
    }

    fn blocked_publishers(&self, findings: &mut Vec<Finding>) {
        for segment in &self.scenario.segments {
            let name = format!("segment.{}.blocked", segment.name);
            let share = self.point(&name);
            if share > 0.0 {
                let sentence = format!(
                    "{} blocks its publishers {} of the time: their events wait at the source.",
                    segment.name,
                    Unit::Share.show(share)
                );
                findings.push(finding("blocked_publishers", sentence, &[&name]));
            }
        }
    }
}
