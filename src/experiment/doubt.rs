//! How far the long-run averages of a steady run are to be trusted: the line of a busy station changes over hours, so that
//! a short run shows too little of it, and the line of an overloaded one has no long-run average at all.

use super::findings::starving_credit;
use crate::outcome::{Curve, Metric, RunFacts, Series, Unstable};
use crate::scenario::Scenario;
use crate::scenario::spec::{Destination, SegmentIndex, Stage, Subscriber};
use crate::stats::t_quantile;
use crate::units::Unit;

/// What `warm_up_by` says when the start-up did not end in the first half of the run.
pub const NOT_FOUND: &str = "mser5, not found";
/// At such a mean utilization averages take more than a day.
const LONG: f64 = 0.95;
/// At such a mean utilization there may be none.
const FULL: f64 = 0.99;
const DAY: f64 = 86_400.0;
/// A line that grew by more than this part of its mean while it was measured grows for good: one that grows evenly from the start
/// grew by twice its mean, and by two thirds of it in the second half.
const GROWN: f64 = 0.5;
/// Customers below which a line is none.
const LINE: f64 = 2.0;

/// Why averages over a line are not to be trusted.
#[derive(Clone, Debug, PartialEq)]
pub enum Doubt {
    /// Stations that do not keep up.
    Unstable,
    /// This station is too busy for the length that was measured.
    TooBusy(String),
    /// This mean differs between replications by such a share of itself (a standard deviation).
    Scattered(String, f64),
    /// The start-up may not have ended.
    WarmUpNotFound,
}

impl Doubt {
    /// The gravest one, if any.
    pub fn of(run: &RunFacts, metrics: &[Metric]) -> Option<Doubt> {
        if run.kind != "steady" {
            return None;
        }
        if !run.unstable.is_empty() {
            return Some(Doubt::Unstable);
        }
        let measured = run.horizon_s - run.warm_up_s;
        let lines = loads(metrics).filter(|(station, _)| !overflows(station, measured, metrics));
        let busiest = lines.map(|(station, metric)| (station, possible(metric))).max_by(|a, b| a.1.total_cmp(&b.1));
        match busiest {
            Some((station, load)) if load >= LONG && measured < DAY => Some(Doubt::TooBusy(station.into())),
            _ if run.warm_up_by == NOT_FOUND => Some(Doubt::WarmUpNotFound),
            _ => scattered(run, metrics),
        }
    }

    /// For an objective.
    pub fn reason(&self) -> &'static str {
        match self {
            Doubt::Unstable => "a station does not keep up, so there is no long-run average",
            Doubt::TooBusy(_) => "run too short for its load",
            Doubt::Scattered(..) => "run too short for its load: replications differ by too much of their mean",
            Doubt::WarmUpNotFound => "run too short for its load: no end of its start-up was found",
        }
    }
}

/// Takes away intervals that would look surer than a figure is.
pub fn withhold(doubt: &Doubt, metrics: &mut [Metric], curves: &mut [Curve]) {
    if *doubt == Doubt::Unstable {
        return;
    }
    metrics.iter_mut().filter(|metric| is_of_a_line(metric)).for_each(withheld);
    for curve in curves {
        curve.low.clear();
        curve.high.clear();
    }
}

/// The same of recoveries, where some were not over at the end of the day: those that were are the short ones.
pub fn withhold_open_drains(metrics: &mut [Metric]) {
    let open: Vec<String> = metrics
        .iter()
        .filter(|metric| metric.point > 0.0)
        .filter_map(|metric| metric.name.strip_suffix("unfinished").filter(|name| name.ends_with(".drain.")).map(String::from))
        .collect();
    let is_open = |metric: &&mut Metric| metric.unit == Unit::Seconds && open.iter().any(|drain| metric.name.starts_with(drain));
    metrics.iter_mut().filter(is_open).for_each(withheld);
}

fn withheld(metric: &mut Metric) {
    (metric.low, metric.high, metric.one_run_low, metric.one_run_high) = (None, None, None, None);
}

/// A subscriber that loses this part of its messages to a limit of its line has a line that forgets soon, however busy it is.
const LOST: f64 = 0.01;

fn overflows(station: &str, measured_s: f64, metrics: &[Metric]) -> bool {
    let point =
        |quantity: &str| metrics.iter().find(|metric| metric.name == format!("{station}.{quantity}")).map_or(0.0, |metric| metric.point);
    let lost: f64 = ["missed.expired", "missed.dropped", "missed.refused"].map(point).iter().sum();
    lost > LOST * point("throughput") * measured_s
}

/// Replications of a steady run that are long against what their lines remember differ little: for M/M/1, whose mean number has the
/// asymptotic variance 2 rho (1 + rho) / (1 - rho)^4 (W. Whitt 1989), a replication of a dozen of the line's memories has a standard
/// deviation of this part of the mean. In shorter ones high percentiles are never reached, in however many.
const SCATTER: f64 = 0.3;
/// Replications that tell their spread.
const TELLING: u32 = 5;

fn scattered(run: &RunFacts, metrics: &[Metric]) -> Option<Doubt> {
    let is_latency = |name: &str| name.ends_with(".end_to_end.mean") && !name.starts_with("total.");
    let told = |metric: &&Metric| run.batches.is_none() && metric.n >= TELLING && is_latency(&metric.name);
    let latencies = metrics.iter().filter(told);
    let spread = |metric: &Metric| {
        let n = f64::from(metric.n);
        let t = t_quantile(0.5 + run.confidence / 2.0, n - 1.0)?;
        Some((metric.high? - metric.point) / t * n.sqrt() / metric.point)
    };
    let spreads = latencies.filter_map(|metric| Some((metric, spread(metric)?)));
    let (metric, worst) = spreads.max_by(|a, b| a.1.total_cmp(&b.1))?;
    (worst > SCATTER).then(|| Doubt::Scattered(metric.name.clone(), worst))
}

/// Every station and its mean utilization.
fn loads(metrics: &[Metric]) -> impl Iterator<Item = (&str, &Metric)> {
    metrics.iter().filter_map(|metric| Some((metric.name.strip_suffix(".utilization.mean")?, metric)))
}

/// Short runs from an empty start show too little load, so it is what the interval does not rule out.
fn possible(utilization: &Metric) -> f64 {
    utilization.high.unwrap_or(utilization.point)
}

/// The stations of a steady run that are busy all the time while their lines grow.
pub fn unstable(scenario: &Scenario, warm_up_s: f64, metrics: &[Metric], series: &[Series]) -> Vec<Unstable> {
    let full = loads(metrics).filter(|(station, load)| is_full(scenario, metrics, station, load.point));
    let growing = full.filter_map(|(station, _)| {
        let growth = growth_per_hour(station, warm_up_s, series)?;
        Some(Unstable { station: station.into(), growth_per_hour: growth, subscribers: behind(scenario, station) })
    });
    growing.collect()
}

/// The servers hardly ever rest, or a pipeline hardly ever has fewer messages than it may have at once.
fn is_full(scenario: &Scenario, metrics: &[Metric], station: &str, load: f64) -> bool {
    let mean =
        |quantity: &str| metrics.iter().find(|metric| metric.name == format!("{station}.{quantity}.mean")).map(|metric| metric.point);
    if load >= FULL * reachable(scenario, station) {
        return true;
    }
    let (Some(subscriber), stage) = at(scenario, station) else { return false };
    match (&subscriber.pipeline, stage) {
        // A task that is held back is of no use either.
        (Some(_), Some(_)) => load + mean("blocked").unwrap_or(0.0) >= FULL,
        (Some(_), None) => subscriber.credit().is_some_and(|credit| {
            let held = mean("pending").or_else(|| mean("in_flight"));
            held.is_some_and(|held| held >= FULL * credit as f64)
        }),
        (None, _) => false,
    }
}

/// The subscriber that a station belongs to, and of a pipeline its stage.
fn at<'s>(scenario: &'s Scenario, station: &str) -> (Option<&'s Subscriber>, Option<&'s Stage>) {
    let Some(name) = station.strip_prefix("subscriber.") else { return (None, None) };
    let (name, stage) = name.split_once(".stage.").map_or((name, None), |(name, stage)| (name, Some(stage)));
    let subscriber = scenario.subscribers.iter().find(|subscriber| subscriber.name == name);
    let stages = subscriber.and_then(|subscriber| subscriber.pipeline.as_ref()).map_or(&[][..], |pipeline| &pipeline.stages);
    (subscriber, stage.and_then(|name| stages.iter().find(|stage| stage.name == name)))
}

/// The part of a station that can ever be busy: a subscriber works on no more than its credit.
pub fn reachable(scenario: &Scenario, station: &str) -> f64 {
    let (Some(subscriber), stage) = at(scenario, station) else { return 1.0 };
    let servers = stage.map_or(subscriber.workers, |stage| stage.tasks);
    starving_credit(subscriber).map_or(1.0, |credit| (credit as f64 / servers as f64).min(1.0))
}

/// A station in its worst five minutes.
pub struct Fullest<'m> {
    pub station: &'m str,
    /// Its utilization.
    pub peak: &'m Metric,
    /// The same beside the part of it that can ever be busy.
    pub load: f64,
}

/// The station that is fullest in its worst five minutes, if any does something.
pub fn fullest<'m>(scenario: &Scenario, metrics: &'m [Metric]) -> Option<Fullest<'m>> {
    let stations = metrics.iter().filter_map(|peak| {
        let station = peak.name.strip_suffix(".utilization.peak")?;
        Some(Fullest { station, peak, load: peak.point / reachable(scenario, station) })
    });
    stations.filter(|fullest| fullest.load > 0.0).max_by(|a, b| a.load.total_cmp(&b.load))
}

/// By how many customers an hour the lines of a station grew, where that is what lines without a long-run average do: the slope of
/// the straight line through the measured steps, by least squares.
fn growth_per_hour(station: &str, warm_up_s: f64, series: &[Series]) -> Option<f64> {
    // What one stage of a pipeline can't take waits in the others, at the consumers and at the broker.
    let whole = station.split(".stage.").next().unwrap_or(station);
    let is_line =
        |rest: &str| matches!(rest, ".waiting_line" | ".backlog") || rest.starts_with(".stage.") && rest.ends_with(".waiting_line");
    let lines: Vec<&Series> = series.iter().filter(|series| series.name.strip_prefix(whole).is_some_and(is_line)).collect();
    let step = lines.first()?.step_s;
    let steps = lines.iter().map(|line| line.mean.len()).min()?;
    let measured = (warm_up_s / step).ceil() as usize..steps;
    let levels: Vec<f64> = measured.map(|at| lines.iter().map(|line| line.mean[at]).sum()).collect();
    let n = levels.len() as f64;
    let (mean, middle) = (levels.iter().sum::<f64>() / n, (n - 1.0) / 2.0);
    let moment: f64 = levels.iter().enumerate().map(|(at, level)| (at as f64 - middle) * (level - mean)).sum();
    let slope = moment * 12.0 / (n * (n * n - 1.0));
    (mean >= LINE && slope * n > GROWN * mean).then(|| slope / step * 3600.0)
}

/// Subscribers whose latencies grow with the line of this station.
fn behind(scenario: &Scenario, station: &str) -> Vec<String> {
    let (kind, name) = station.split_once('.').unwrap_or_default();
    let lives_on = |segment: SegmentIndex| scenario.segments[segment].name == name;
    let calls = |subscriber: &Subscriber| {
        let to = subscriber.callback.as_ref().map(|callback| callback.to);
        let called = |event: usize| to.flatten().unwrap_or(scenario.events[event].from);
        to.is_some() && scenario.events_reaching(subscriber).into_iter().any(|event| scenario.sors[called(event)].name == name)
    };
    let polls = |reader: &Subscriber| match reader.from {
        Destination::Feed(feed) => scenario.sors[scenario.sor_of(feed)].name == name,
        Destination::Topic(_) | Destination::Queue(_) => false,
    };
    let waits = |subscriber: &&Subscriber| match kind {
        "subscriber" | "poller" => Some(subscriber.entity().as_str()) == station.split(".stage.").next(),
        "segment" => scenario.segment_of(subscriber.from).is_some_and(lives_on),
        "sor" => calls(subscriber) || polls(subscriber),
        _ => false,
    };
    scenario.takers().filter(waits).map(Subscriber::label).collect()
}

/// Whose long-run averages do not exist: unstable stations, who waits for them, the queues and events behind that.
pub struct Missing(Vec<String>);

impl Missing {
    pub fn of(scenario: &Scenario, unstable: &[Unstable]) -> Missing {
        let mut without: Vec<String> = unstable.iter().map(|station| format!("{}.", station.station)).collect();
        without.extend(unstable.first().map(|_| "total.".into()));
        let behind = |subscriber: &&Subscriber| unstable.iter().any(|station| station.subscribers.contains(&subscriber.label()));
        for subscriber in scenario.takers().filter(behind) {
            without.push(format!("{}.", subscriber.entity()));
            without.extend(match subscriber.from {
                Destination::Topic(topic) => Some(format!("topic.{}.", scenario.topics[topic].name)),
                Destination::Queue(queue) => Some(format!("queue.{}.", scenario.queues[queue].name)),
                Destination::Feed(_) => None,
            });
            without.extend(scenario.events_reaching(subscriber).into_iter().map(|event| format!("event.{}.", scenario.events[event].name)));
        }
        Missing(without)
    }

    /// The figure of this name is of one of them.
    pub fn figure(&self, name: &str) -> bool {
        self.0.iter().any(|entity| name.starts_with(entity))
    }

    /// This metric is one of their long-run averages.
    pub fn metric(&self, metric: &Metric) -> bool {
        is_of_a_line(metric) && self.figure(&metric.name)
    }
}

/// The figure follows from how long a line is.
pub fn is_of_a_line(metric: &Metric) -> bool {
    let level = [".mean", ".max", ".peak"].iter().any(|statistic| metric.name.ends_with(statistic));
    match metric.unit {
        Unit::Seconds | Unit::ItemSeconds => true,
        Unit::Count | Unit::Bytes => level,
        Unit::Share | Unit::PerSecond | Unit::BytesPerSecond | Unit::Currency(_) => false,
    }
}
