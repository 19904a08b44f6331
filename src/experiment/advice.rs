//! Warnings that teach: what was seen, why it matters, what to try, with the formula and its value where there is one.
//!
//! Each is about a choice that looks right on paper: sized on the mean, credit as small as the workers, a time-out below what it
//! waits for, retries under overload, a cache that shows old versions, a subscription that is not durable where nothing may be missed.

use super::check;
use super::doubt::reachable;
use crate::outcome::{Finding, Outcome};
use crate::scenario::Scenario;
use crate::scenario::spec::{Callback, Destination, Objective, Relation, SorIndex, Subscriber};
use crate::units::Unit;

/// Busy on average at most so much, and in the worst five minutes at least so much: sized on the mean.
const MEAN_FINE: f64 = 0.75;
const PEAK_FULL: f64 = 0.95;
/// What a station may be busy at its peak, in recommendations.
const ROOM: f64 = 0.7;
/// Credit that holds workers back by less than this is no news.
const HELD_BACK: f64 = 0.95;
/// Under these, callers that give up do not matter.
const WASTED: f64 = 0.05;
const BUSY: f64 = 0.9;
/// A stage is told of that takes this part of the latency.
const NOTABLE: f64 = 0.2;

struct Advice<'a> {
    scenario: &'a Scenario,
    outcome: &'a Outcome,
}

/// All warnings; `known` are findings that are there already, of which none is said twice in other words.
pub fn find(scenario: &Scenario, outcome: &Outcome, known: &[Finding]) -> Vec<Finding> {
    let advice = Advice { scenario, outcome };
    let mut found = Vec::new();
    found.extend(advice.sized_on_the_mean());
    found.extend(scenario.subscribers.iter().filter_map(|subscriber| advice.credit_and_distance(subscriber)));
    for (sor, callers) in advice.callers() {
        let name = &scenario.sors[sor].name;
        found.extend(callers.iter().filter_map(|caller| advice.timeout_too_short(sor, caller)));
        let in_storm = known.iter().any(|finding| finding.kind == "retry_storm" && finding.metrics.contains(&format!("sor.{name}.wasted")));
        found.extend(advice.retries_multiply(sor, &callers).filter(|_| !in_storm));
    }
    found.extend(scenario.takers().filter_map(|taker| advice.cache_shows_old(taker)));
    found.extend(scenario.objectives.iter().filter_map(|objective| advice.may_miss(objective)));
    found
}

fn finding(kind: &str, sentence: String, metrics: Vec<String>) -> Finding {
    Finding { kind: kind.into(), sentence, metrics }
}

impl Advice<'_> {
    fn point(&self, name: &str) -> Option<f64> {
        self.outcome.metric(name).map(|metric| metric.point)
    }

    /// The station whose mean promises most of what its peak does not keep.
    fn sized_on_the_mean(&self) -> Option<Finding> {
        let names = self.outcome.metrics.iter().filter_map(|metric| metric.name.strip_suffix(".utilization.mean"));
        let loads = names.filter_map(|name| {
            let most = reachable(self.scenario, name);
            let (mean, peak) = (self.point(&format!("{name}.utilization.mean"))?, self.point(&format!("{name}.utilization.peak"))?);
            (mean <= MEAN_FINE * most && peak >= PEAK_FULL * most).then_some((name, mean, peak))
        });
        let (name, mean, peak) = loads.min_by(|a, b| a.1.total_cmp(&b.1))?;
        let design = check(std::slice::from_ref(self.scenario)).designs.remove(0);
        let asked = design.stations.iter().filter(|station| station.name == name).max_by(|a, b| a.load_peak.total_cmp(&b.load_peak));
        // An outage's backlog fills a station too, and that is no question of its size.
        let asked = asked.filter(|station| station.load_peak >= PEAK_FULL && station.load_peak > station.load_mean)?;
        let servers = (asked.servers * asked.load_peak / ROOM).ceil();
        let sentence = format!(
            "{name} is {} busy on average, which looks like room, but {} in its worst five minutes: it is sized on the mean, and its line grows as long as the peak lasts. Size it on the peak: {} {} x {} asked for / {} busy = {servers:.0}.",
            Unit::Share.show(mean),
            Unit::Share.show(peak),
            asked.servers,
            asked.servers_are,
            Unit::Share.show(asked.load_peak),
            Unit::Share.show(ROOM),
        );
        Some(finding("sized_on_the_mean", sentence, vec![format!("{name}.utilization.mean"), format!("{name}.utilization.peak")]))
    }

    /// Credit for its workers, but not for what is on the way: a worker is idle from its ack until the next message has come.
    fn credit_and_distance(&self, subscriber: &Subscriber) -> Option<Finding> {
        let prefetch = f64::from(subscriber.prefetch.filter(|_| subscriber.pipeline.is_none())?);
        let asynchronous = subscriber.callback.as_ref().is_some_and(|callback| !callback.holds_worker);
        let workers = f64::from(subscriber.workers.div_ceil(subscriber.consumers));
        if prefetch < workers || asynchronous {
            return None;
        }
        let entity = subscriber.entity();
        let metric = |quantity: &str| format!("{entity}.{quantity}");
        let (busy, rate) = (self.point(&metric("utilization.mean"))?, self.point(&metric("throughput"))?);
        // By Little's law: how long a worker is held by a message.
        let held = busy * f64::from(subscriber.workers) / rate;
        // A message comes as long as its ack goes.
        let away = 2.0 * self.point(&metric("hop.delivery_link.mean"))?;
        let at_most = prefetch * held / (workers * (held + away));
        let is_full = self.point(&metric("utilization.peak"))? >= HELD_BACK * at_most;
        if !(held > 0.0 && at_most < HELD_BACK && is_full) {
            return None;
        }
        let wanted = (workers * (1.0 + away / held)).ceil();
        let sentence = format!(
            "{}'s prefetch of {prefetch} covers its workers, but not what is on the way: a worker waits {} for its next message after {} of work, so no more than {} of them ever work. prefetch = workers x (1 + way / work) = {workers} x (1 + {} / {}) = {wanted:.0} a consumer uses them all.",
            subscriber.name,
            Unit::Seconds.show(away),
            Unit::Seconds.show(held),
            Unit::Share.show(at_most),
            Unit::Seconds.show(away),
            Unit::Seconds.show(held),
        );
        Some(finding("prefetch_starves", sentence, vec![metric("utilization.peak"), metric("hop.delivery_link.mean")]))
    }

    /// Who calls each system of record with a time-out.
    fn callers(&self) -> Vec<(SorIndex, Vec<(&Subscriber, Callback)>)> {
        let mut callers = vec![Vec::new(); self.scenario.sors.len()];
        for taker in self.scenario.takers() {
            let Some(callback) = taker.callback.clone().filter(|callback| callback.timeout.is_some()) else { continue };
            let events = self.scenario.events_reaching(taker);
            let mut sors: Vec<SorIndex> = events.into_iter().map(|event| callback.to.unwrap_or(self.scenario.events[event].from)).collect();
            sors.sort_unstable();
            sors.dedup();
            sors.into_iter().for_each(|sor| callers[sor].push((taker, callback.clone())));
        }
        callers.into_iter().enumerate().filter(|(_, callers)| !callers.is_empty()).collect()
    }

    fn timeout_too_short(&self, sor: SorIndex, (caller, callback): &(&Subscriber, Callback)) -> Option<Finding> {
        let system = &self.scenario.sors[sor];
        let timeout = callback.timeout?.seconds();
        // Nobody asks while events are heavy-weight.
        self.point(&format!("{}.callback.attempts", caller.entity())).filter(|attempts| *attempts > 0.0)?;
        let waiting = format!("sor.{}.waiting.p99", system.name);
        let service = system.service.as_ref()?.quantile(0.99);
        let line = self.point(&waiting).unwrap_or(0.0);
        let (what, value) = match (service > timeout, line > timeout) {
            (true, _) => (format!("the p99 of {}'s service alone", system.name), service),
            (false, true) => (format!("the p99 of the wait in {}'s line alone", system.name), line),
            (false, false) => return None,
        };
        let again = if callback.retries > 0 { ", and are asked for again" } else { "" };
        let enough = if service > timeout { service } else { service + line };
        let sentence = format!(
            "{} gives up on a callback after {}, which is below {what}, {}: answers that come later are work for nobody{again}. Let it wait longer (`timeout`), more than {} here, or make the system faster.",
            caller.name,
            Unit::Seconds.show(timeout),
            Unit::Seconds.show(value),
            Unit::Seconds.show(enough),
        );
        Some(finding("timeout_too_short", sentence, vec![waiting, format!("sor.{}.wasted", system.name)]))
    }

    /// Overload makes callers give up and ask again, which is more load.
    fn retries_multiply(&self, sor: SorIndex, callers: &[(&Subscriber, Callback)]) -> Option<Finding> {
        let name = format!("sor.{}", self.scenario.sors[sor].name);
        let (wasted, busy) = (format!("{name}.wasted"), format!("{name}.utilization.peak"));
        let most = callers.iter().map(|(_, callback)| callback.retries).max().unwrap_or(0);
        let seen = (self.point(&wasted).unwrap_or(0.0), self.point(&busy).unwrap_or(0.0));
        if most == 0 || seen.0 < WASTED || seen.1 < BUSY {
            return None;
        }
        let sentence = format!(
            "Retries multiply an overload: {} is {} busy in its worst five minutes and spends {} of its capacity on callers that have given up, who then ask again, up to {} times for one event. Fewer `retries`, a `breaker` or a longer `timeout` keep load from making load; more workers remove its cause.",
            self.scenario.sors[sor].name,
            Unit::Share.show(seen.1),
            Unit::Share.show(seen.0),
            most + 1,
        );
        Some(finding("retries_multiply", sentence, vec![wasted, busy]))
    }

    /// A cached answer is of an earlier version: the change waits for the next answer from the system of record.
    fn cache_shows_old(&self, taker: &Subscriber) -> Option<Finding> {
        let cache = taker.callback.as_ref()?.cache?;
        let metric = |quantity: &str| format!("{}.{quantity}", taker.entity());
        let (cached, overtaken) = (self.point(&metric("callback.cached"))?, self.point(&metric("hop.overtaken.mean"))?);
        let all = self.point(&metric("end_to_end.mean"))?;
        if cached == 0.0 || overtaken < NOTABLE * all {
            return None;
        }
        let sentence = format!(
            "{} answers {} of its callbacks in a run from its cache, of versions up to {} old: of its mean of {} from the change to the view {} are waits for an answer that shows a newer version. A shorter `cache` shows changes sooner and asks the system of record more often.",
            taker.label(),
            Unit::Count.show(cached),
            Unit::Seconds.show(cache.seconds()),
            Unit::Seconds.show(all),
            Unit::Seconds.show(overtaken),
        );
        Some(finding("cache_shows_old", sentence, vec![metric("hop.overtaken.mean"), metric("callback.cached")]))
    }

    /// Nothing may be missed, and what is published while the subscriber is away is.
    fn may_miss(&self, objective: &Objective) -> Option<Finding> {
        let name = objective.metric.strip_prefix("subscriber.")?.strip_suffix(".missed")?;
        let subscriber = self.scenario.subscribers.iter().find(|subscriber| subscriber.name == name)?;
        let wants_none = matches!(objective.relation, Relation::Equal | Relation::AtMost | Relation::Less) && objective.limit <= 1.0;
        if subscriber.durable || !wants_none || !matches!(subscriber.from, Destination::Topic(_)) {
            return None;
        }
        let missed = self.point(&objective.metric).unwrap_or(0.0);
        let seen = match missed > 0.0 {
            true => format!("{} of its messages were lost in a run", Unit::Count.show(missed)),
            false => "in this run it never was, and a run in which it is down (`[[disruption]]`) would tell".to_string(),
        };
        let sentence = format!(
            "{name} shall miss nothing, and its subscription is not durable: what comes while it is away is gone; {seen}. Write durable = true, so that the topic keeps what it has not seen."
        );
        Some(finding("not_durable", sentence, vec![objective.metric.clone()]))
    }
}
