//! An outcome, looked up: who is in it, who is worst, what the answer is. Every renderer asks here, so all tell the same story.
//!
//! Knows no layout. Lists are ordered worst first, then by name, so equal outcomes give equal pages.

use super::text::{clock, plain};
use crate::outcome::{Curve, Hop, Metric, ObjectiveResult, Outcome, Series, Verdict};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// The outcome with its indexes.
pub struct Facts<'a> {
    pub outcome: &'a Outcome,
    /// Names without their kind, slowest p99 first; pollers among them with theirs, as one may be called like a subscriber.
    pub subscribers: Vec<&'a str>,
    /// Names without their kind, busiest first.
    pub sors: Vec<&'a str>,
    metrics: BTreeMap<&'a str, &'a Metric>,
    series: BTreeMap<&'a str, &'a Series>,
}

/// A system of record's busiest step.
pub struct SorPeak {
    pub at_s: f64,
    pub callbacks: f64,
    pub polls: f64,
    pub own: f64,
}

impl SorPeak {
    /// What part of the load callbacks are.
    pub fn callback_share(&self) -> f64 {
        self.share(self.callbacks)
    }

    /// What part of the load polls are.
    pub fn poll_share(&self) -> f64 {
        self.share(self.polls)
    }

    pub fn total(&self) -> f64 {
        self.callbacks + self.polls + self.own
    }

    fn share(&self, part: f64) -> f64 {
        if self.total() > 0.0 { part / self.total() } else { 0.0 }
    }
}

/// `kind.name.quantity` taken apart.
pub fn split(name: &str) -> Option<(&str, &str, &str)> {
    let mut parts = name.splitn(3, '.');
    Some((parts.next()?, parts.next()?, parts.next()?))
}

/// The name without its kind: `sor.ticketing` is `ticketing`.
pub fn bare(entity: &str) -> &str {
    entity.split_once('.').map_or(entity, |(_, name)| name)
}

/// The entity that a name among the subscribers stands for.
pub fn entity(name: &str) -> String {
    if is_poller(name) { name.to_string() } else { format!("subscriber.{name}") }
}

fn is_poller(name: &str) -> bool {
    name.starts_with("poller.")
}

/// How charts name a station: a stage of a pipeline by both names.
pub fn charted(station: &str) -> String {
    station.replacen(".stage.", " ", 1)
}

impl<'a> Facts<'a> {
    pub fn of(outcome: &'a Outcome) -> Self {
        let metrics = outcome.metrics.iter().map(|metric| (metric.name.as_str(), metric)).collect();
        let series = outcome.series.iter().map(|series| (series.name.as_str(), series)).collect();
        let mut facts = Facts { outcome, subscribers: Vec::new(), sors: Vec::new(), metrics, series };
        facts.subscribers = facts.ranked("subscriber", "end_to_end.p99");
        // Nobody asks those without figures.
        let asked = |sor: &&str| facts.metric("sor", sor, "utilization.peak").is_some();
        facts.sors = facts.ranked("sor", "utilization.peak").into_iter().filter(asked).collect();
        facts
    }

    fn ranked(&self, kind: &str, quantity: &str) -> Vec<&'a str> {
        let names = self.outcome.metrics.iter().map(|metric| metric.name.as_str());
        let names = names.chain(self.outcome.series.iter().map(|series| series.name.as_str()));
        let mut found: BTreeSet<&str> = names.filter_map(split).filter(|(of, ..)| *of == kind).map(|(_, name, _)| name).collect();
        found.extend(self.outcome.architecture.nodes.iter().filter(|node| node.kind == kind).map(|node| bare(&node.name)));
        if kind == "subscriber" {
            found.extend(self.outcome.hops.iter().map(|hop| hop.subscriber.as_str()));
            let metrics = self.outcome.metrics.iter().map(|metric| metric.name.as_str());
            let pollers = metrics.filter(|name| is_poller(name)).filter_map(|name| Some(&name[..name.match_indices('.').nth(1)?.0]));
            found.extend(pollers);
        }
        let mut found: Vec<&str> = found.into_iter().collect();
        found.sort_by(|a, b| self.level(kind, b, quantity).total_cmp(&self.level(kind, a, quantity)));
        found
    }

    fn level(&self, kind: &str, name: &str, quantity: &str) -> f64 {
        self.metric(kind, name, quantity).map_or(f64::NEG_INFINITY, |metric| metric.point)
    }

    pub fn metric(&self, kind: &str, name: &str, quantity: &str) -> Option<&'a Metric> {
        let entity = if kind == "subscriber" { entity(name) } else { format!("{kind}.{name}") };
        self.metrics.get(format!("{entity}.{quantity}").as_str()).copied()
    }

    /// The 99.9th percentile of a subscriber's latency in these words, unless a run has so few that nothing lies beyond it: it is next to
    /// their maximum then, and the true one is larger.
    pub fn p999(&self, name: &str, words: impl Fn(&Metric) -> String) -> String {
        const LEAST: f64 = 1000.0;
        let run = &self.outcome.run;
        let shown = self.metric("subscriber", name, "throughput").map(|metric| metric.point * (run.horizon_s - run.warm_up_s));
        match self.metric("subscriber", name, "end_to_end.p999") {
            None => "-".into(),
            Some(_) if shown.is_some_and(|shown| shown < LEAST) => "too few".into(),
            Some(metric) => words(metric),
        }
    }

    /// How many changes a subscriber's latencies leave out, as it had not shown them at the end, where that is so many that they are too small.
    pub fn unshown(&self, name: &str) -> Option<&'a Metric> {
        let unfinished = self.metric("subscriber", name, "unfinished")?;
        let told = self.outcome.findings.iter().any(|finding| finding.kind == "unfinished" && finding.metrics.contains(&unfinished.name));
        told.then_some(unfinished)
    }

    pub fn named(&self, name: &str) -> Option<&'a Metric> {
        self.metrics.get(name).copied()
    }

    pub fn series(&self, name: &str) -> Option<&'a Series> {
        self.series.get(name).copied()
    }

    pub fn hops(&self, subscriber: &str) -> Vec<&'a Hop> {
        self.outcome.hops.iter().filter(|hop| hop.subscriber == subscriber).collect()
    }

    pub fn curve(&self, subscriber: &str) -> Option<&'a Curve> {
        let name = format!("{}.end_to_end", entity(subscriber));
        self.outcome.curves.iter().find(|curve| curve.name == name && !curve.quantiles.is_empty())
    }

    /// Every station with its utilization in the worst five minutes, busiest first.
    pub fn stations(&self) -> Vec<(&'a str, &'a Metric)> {
        let peak = |metric: &'a Metric| Some((metric.name.strip_suffix(".utilization.peak")?, metric));
        let mut found: Vec<_> = self.outcome.metrics.iter().filter_map(peak).collect();
        found.sort_by(|a, b| b.1.point.total_cmp(&a.1.point).then(a.0.cmp(b.0)));
        found
    }

    /// When the system of record was busiest over the day, and with what.
    pub fn sor_peak(&self, sor: &str) -> Option<SorPeak> {
        let callbacks = self.series(&format!("sor.{sor}.utilization.callbacks"))?;
        let own = self.series(&format!("sor.{sor}.utilization.own"))?;
        let polls = self.series(&format!("sor.{sor}.utilization.polls"));
        let polls_at = |index: usize| polls.and_then(|polls| polls.mean.get(index)).copied().unwrap_or(0.0);
        let total = |(index, value): (usize, &f64)| (index, value + own.mean.get(index).copied().unwrap_or(0.0) + polls_at(index));
        let (at, _) = callbacks.mean.iter().enumerate().map(total).max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))?;
        let own = own.mean.get(at).copied().unwrap_or(0.0);
        Some(SorPeak { at_s: at as f64 * callbacks.step_s, callbacks: callbacks.mean[at], polls: polls_at(at), own })
    }

    /// Missed first, then undecided, then met; else in the scenario's order.
    pub fn objectives(&self) -> Vec<&'a ObjectiveResult> {
        let mut all: Vec<_> = self.outcome.objectives.iter().collect();
        all.sort_by_key(|objective| Reverse(objective.verdict.gravity()));
        all
    }

    pub fn count(&self, verdict: Verdict) -> usize {
        self.outcome.objectives.iter().filter(|objective| objective.verdict == verdict).count()
    }

    /// The answer in one sentence, and what gives way first.
    pub fn answer(&self) -> String {
        let (all, missed, undecided) = (self.outcome.objectives.len(), self.count(Verdict::Missed), self.count(Verdict::Undecided));
        let first = |verdict| self.objectives().into_iter().find(|objective| objective.verdict == verdict).map(told).unwrap_or_default();
        let verdict = match (all, missed, undecided) {
            (0, ..) => "The scenario sets no objectives, so there is no verdict.".to_string(),
            (1, 0, 0) => format!("The one objective is met{}", self.caution()),
            (_, 0, 0) => format!("All {all} objectives are met{}", self.caution()),
            (_, 0, _) => format!("Undecided: {undecided} of {all} objectives cannot be decided, {}.", first(Verdict::Undecided)),
            (_, 1, _) => format!("Not met: 1 of {all} objectives is missed, {}.", first(Verdict::Missed)),
            _ => format!("Not met: {missed} of {all} objectives are missed, first of all {}.", first(Verdict::Missed)),
        };
        let partial = if self.outcome.run.partial { "The run was interrupted; this is what was finished. " } else { "" };
        format!("{partial}{verdict}")
    }

    /// What objectives that are met do not say.
    fn caution(&self) -> &'static str {
        let unfinished = self.outcome.findings.iter().any(|finding| finding.kind == "unfinished");
        if unfinished { ", but of what was shown only: see what is unfinished." } else { "." }
    }

    /// The station that gives way first, with its utilization in the worst five minutes: the one that the findings name, else the one that
    /// is busiest.
    pub fn bottleneck(&self) -> Option<(&'a str, &'a Metric)> {
        let bottleneck =
            self.outcome.findings.iter().find(|finding| finding.kind == "bottleneck").and_then(|finding| finding.metrics.first());
        let stations = self.stations();
        let said = stations.iter().find(|(_, metric)| Some(&metric.name) == bottleneck);
        said.or(stations.first()).copied()
    }

    /// The same in one sentence.
    pub fn busiest(&self) -> Option<String> {
        let (name, metric) = self.bottleneck()?;
        let at = self.sor_peak(bare(name)).filter(|_| name.starts_with("sor."));
        let when = at.map(|peak| format!(", at {}", clock(peak.at_s))).unwrap_or_default();
        Some(format!("Busiest station: {}, {} utilized in its worst 5 minutes{when}.", plain(name), metric.unit.show(metric.point)))
    }
}

fn told(objective: &ObjectiveResult) -> String {
    let (metric, bound) = (plain(&objective.metric), plain(&objective.bound));
    match objective.point {
        Some(point) => format!("{metric} is {} (objective {bound})", objective.unit.show(point)),
        None => format!("{metric} has no value (objective {bound})"),
    }
}
