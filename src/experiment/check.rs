//! What arithmetic alone says of a design, without simulating it: offered load and utilization of every station on average and at the
//! peak, what callbacks do to the systems of record, what an outage piles up, what gives way first.
//!
//! What depends on waiting (lifetimes, full lines, time-outs and the retries after them, disruptions) is left out, and said to be.

mod flow;
mod notes;
mod pass;
mod polls;
mod stations;

pub use notes::idle_switches;

use crate::outcome::ScenarioFacts;
use crate::outcome::check::{
    Amplification, Bottleneck, CheckOutcome, DesignCheck, EventRate, LinkLoad, Note, Outage, Part, SCHEMA, Station,
};
use crate::scenario::Scenario;
use crate::scenario::rhythm::{WINDOW, mean_rate, rate_in, windows};
use crate::scenario::spec::{COPY_OVERHEAD, Destination, Line, Subscriber, WarmUp};
use crate::units::{Time, Unit, three_digits};
use stations::{Bursts, Load, Loads, Place, Stations};
use std::collections::BTreeSet;

/// Checks each design by itself.
pub fn check(scenarios: &[Scenario]) -> CheckOutcome {
    let designs = scenarios.iter().map(|scenario| Check::new(scenario).conclude()).collect();
    CheckOutcome { schema: SCHEMA.into(), version: env!("CARGO_PKG_VERSION").into(), designs }
}

/// What each segment's threads and journal are asked for, as shares of what they can do, on average and in every window that may be the
/// busiest: of two segments together the sum, where they are alike.
pub(super) fn segment_profiles(scenario: &Scenario) -> Vec<Vec<f64>> {
    let check = Check::new(scenario);
    let profile = |segment: usize| {
        let is_of = |place: &Place| matches!(place, Place::Threads(of) | Place::Journal(of) if *of == segment);
        let own: Vec<usize> = (0..check.stations.places.len()).filter(|index| is_of(&check.stations.places[*index])).collect();
        let times = std::iter::once(&check.mean).chain(check.windows.iter().map(|(_, _, loads)| loads));
        times
            .flat_map(|loads| {
                own.iter().map(|index| loads.stations[*index].servers_wanted() / check.servers(check.stations.places[*index]))
            })
            .collect()
    };
    (0..scenario.segments.len()).map(profile).collect()
}

struct Check<'s> {
    scenario: &'s Scenario,
    stations: Stations<'s>,
    /// Per second, by event.
    mean_rates: Vec<f64>,
    mean: Loads,
    /// The same as a run sees it.
    read: Loads,
    /// By window.
    windows: Vec<(Time, Vec<f64>, Loads)>,
}

/// A station in its busiest window.
struct Peak<'l> {
    at: Time,
    load: &'l Load,
    busy: f64,
}

impl<'s> Check<'s> {
    fn new(scenario: &'s Scenario) -> Check<'s> {
        let stations = Stations::new(scenario);
        let mean_rates = stations.raised(scenario.events.iter().map(|event| mean_rate(scenario, event)).collect());
        let mean = stations.loads(&mean_rates, &mean_rates, Bursts::Even);
        let loads = |from: Time| {
            let rates = rates_in(scenario, &stations, from);
            let loads = stations.loads(&rates, &mean_rates, Bursts::Even);
            (from, rates, loads)
        };
        let windows = windows(scenario).into_iter().map(loads).collect();
        let read = stations.loads(&mean_rates, &mean_rates, Bursts::Read);
        Check { stations, mean_rates, mean, read, windows, scenario }
    }

    fn conclude(&self) -> DesignCheck {
        let mut stations: Vec<Station> = (0..self.stations.places.len()).filter_map(|index| self.station(index)).collect();
        let bottleneck = self.bottleneck();
        let unstable: Vec<Note> = stations.iter().filter_map(|station| self.unstable(station)).chain(self.loops()).collect();
        stations.sort_by(|a, b| b.load_peak.total_cmp(&a.load_peak));
        let conclusion = conclusion(&stations, bottleneck.as_ref());
        DesignCheck {
            scenario: ScenarioFacts {
                title: self.scenario.title.clone(),
                question: self.scenario.question.clone(),
                file: self.scenario.file.clone(),
                digest: self.scenario.digest.clone(),
                settings: self.scenario.settings.iter().cloned().collect(),
            },
            conclusion,
            bears: unstable.is_empty(),
            callbacks: self.callbacks(),
            outages: self.outages(&stations),
            stations,
            bottleneck,
            events: self.events(),
            links: self.links(),
            unstable,
            zeros: notes::zeros(self.scenario),
            idle: notes::idle(self.scenario),
            left_out: self.batches().chain(notes::left_out(self.scenario)).collect(),
        }
    }

    fn servers(&self, place: Place) -> f64 {
        let scenario = self.scenario;
        let taker = |index: usize| scenario.takers().nth(index).expect("places are of takers");
        match place {
            Place::Workers(index) => f64::from(taker(index).workers),
            Place::Stage(index, stage) => taker(index).pipeline.as_ref().map_or(1.0, |pipeline| f64::from(pipeline.stages[stage].tasks)),
            Place::Prefetch(index) => f64::from(taker(index).prefetch.unwrap_or(1)) * f64::from(taker(index).consumers),
            Place::Connections(index) => taker(index).manner().and_then(|manner| manner.connections).map_or(1.0, f64::from),
            Place::Sor(sor) => f64::from(scenario.sors[sor].workers),
            Place::Threads(segment) => f64::from(scenario.segments[segment].threads),
            Place::Journal(_) | Place::Link(_) => 1.0,
        }
    }

    /// Name, what its servers are, and the metric of a run that says how busy they are.
    fn name(&self, place: Place) -> (String, &'static str, Option<String>) {
        let scenario = self.scenario;
        let taker = |index: usize| scenario.takers().nth(index).map_or(String::new(), Subscriber::entity);
        let with = |name: String, servers, end: &str| {
            let metric = format!("{name}.{end}");
            (name, servers, Some(metric))
        };
        match place {
            Place::Workers(index) if self.stations.waits_behind_batches(index) => (taker(index), "workers", None),
            Place::Workers(index) => with(taker(index), "workers", "utilization"),
            Place::Stage(index, stage) => {
                let pipeline = scenario.takers().nth(index).and_then(|taker| taker.pipeline.as_ref());
                let stage = pipeline.map_or("", |pipeline| pipeline.stages[stage].name.as_str());
                with(format!("{}.stage.{stage}", taker(index)), "tasks", "utilization")
            }
            Place::Prefetch(index) => (taker(index), "prefetch", None),
            Place::Connections(index) => (taker(index), "connections", None),
            Place::Sor(sor) => with(format!("sor.{}", scenario.sors[sor].name), "workers", "utilization"),
            Place::Threads(segment) => with(format!("segment.{}", scenario.segments[segment].name), "threads", "utilization"),
            Place::Journal(segment) => with(format!("segment.{}", scenario.segments[segment].name), "journal", "persist.utilization"),
            // Pages of a feed come in lumps that the rates of a window do not tell.
            Place::Link(link) if !scenario.pollers.is_empty() => (format!("link.{}", scenario.links[link].name), "bandwidth", None),
            Place::Link(link) => with(format!("link.{}", scenario.links[link].name), "bandwidth", "utilization"),
        }
    }

    fn peak(&self, index: usize) -> Peak<'_> {
        let wanted = |(_, _, loads): &(Time, Vec<f64>, Loads)| loads.stations[index].servers_wanted();
        // The first of equal ones.
        let (at, _, loads) = self.windows.iter().rev().max_by(|a, b| wanted(a).total_cmp(&wanted(b))).expect("a run begins with a window");
        let busy = self.windows.iter().map(|(_, _, loads)| busy(&loads.stations[index])).fold(0.0, f64::max);
        Peak { at: *at, load: &loads.stations[index], busy: busy.max(self.burst(index)) }
    }

    /// Busy servers in the windows in which seldom polls bring their entries.
    fn burst(&self, index: usize) -> f64 {
        let pollers = self.scenario.pollers.iter().filter(|poller| polls::comes_in_bursts(poller));
        let aligned = |at: Time| Time(at.0 / WINDOW.0 * WINDOW.0);
        let windows: BTreeSet<Time> = pollers.flat_map(|poller| polls::ticks(poller, self.scenario.horizon())).map(aligned).collect();
        let loads = |from: &Time| {
            let rates = rates_in(self.scenario, &self.stations, *from);
            busy(&self.stations.loads(&rates, &self.mean_rates, Bursts::In(*from)).stations[index])
        };
        windows.iter().map(loads).fold(0.0, f64::max)
    }

    /// Servers that are busy while they wait for others, averaged over the hours of the day: it grows faster than the load.
    fn waiting(&self, index: usize) -> f64 {
        const HOUR: f64 = 3600.0;
        let from = match self.scenario.run.warm_up {
            WarmUp::Fixed(span) => span.seconds(),
            WarmUp::Auto => 0.0,
        };
        let is_hour = |at: f64| at >= from && (at / HOUR).fract() == 0.0;
        let hours: Vec<f64> =
            self.windows.iter().filter(|(at, ..)| is_hour(at.seconds())).map(|(_, _, loads)| loads.stations[index].waiting).collect();
        let whole = (self.scenario.run.horizon.seconds() - from).min(24.0 * HOUR) / HOUR;
        if (hours.len() as f64) < whole.floor().max(1.0) {
            return self.read.stations[index].waiting;
        }
        hours.iter().sum::<f64>() / hours.len() as f64
    }

    /// None where nothing is asked of it ever.
    fn station(&self, index: usize) -> Option<Station> {
        let place = self.stations.places[index];
        let (name, servers_are, metric) = self.name(place);
        let (servers, mean, peak) = (self.servers(place), &self.mean.stations[index], self.peak(index));
        let part = |(number, (what, load)): (usize, &(&'static str, f64))| Part {
            what: (*what).into(),
            load_mean: load / servers,
            load_peak: peak.load.parts[number].1 / servers,
        };
        let load_peak = peak.load.servers_wanted() / servers;
        let station = Station {
            metric,
            servers_are: servers_are.into(),
            servers,
            load_mean: mean.servers_wanted() / servers,
            load_peak,
            peak_at_s: peak.at.seconds(),
            busy_mean: ((self.read.stations[index].servers_wanted() + self.waiting(index)) / servers).min(1.0),
            busy_peak: (peak.busy / servers).min(1.0),
            parts: mean.parts.iter().enumerate().map(part).filter(|part| part.load_peak > 0.0 || part.load_mean > 0.0).collect(),
            exact: mean.exact && peak.load.exact,
            growth_per_hour: (load_peak > 1.0 && peak.load.arrivals > 0.0).then(|| peak.load.arrivals * (1.0 - 1.0 / load_peak) * 3600.0),
            name,
        };
        (station.busy_peak > 0.0 || station.load_peak > 0.0).then_some(station)
    }

    fn unstable(&self, station: &Station) -> Option<Note> {
        if station.load_peak < 1.0 {
            return None;
        }
        let is_flat = station.load_peak - station.load_mean <= 1e-9 * station.load_peak;
        let when = if is_flat { "all the time".to_string() } else { format!("at its peak ({})", clock(station.peak_at_s)) };
        let growth = station.growth_per_hour.map_or(String::new(), |growth| {
            format!(": its line grows by {} an hour{}", three_digits(growth), if is_flat { "" } else { " then" })
        });
        let always = match station.load_mean {
            mean if mean >= 1.0 && !is_flat => {
                format!(", and on average it is asked for {}: more than it can ever catch up with", Unit::Share.show(mean))
            }
            _ => String::new(),
        };
        let peak = Unit::Share.show(station.load_peak);
        let sentence = format!("{} ({}) is asked for {peak} of what it can do {when}{growth}{always}.", station.name, station.servers_are);
        Some(Note { path: station.name.clone(), sentence })
    }

    /// Pollers whose poisoned entries come again for ever.
    fn loops(&self) -> Vec<Note> {
        let poisoned =
            self.scenario.pollers.iter().map(|poller| &poller.reader).filter(|reader| reader.poison > 0.0 || reader.failure >= 1.0);
        let note = |reader: &Subscriber| Note {
            path: reader.entity(),
            sentence: format!("{} works its poisoned entries again at every poll, more and more of them.", reader.entity()),
        };
        poisoned.map(note).collect()
    }

    /// Takers whose waiting nothing here tells.
    fn batches(&self) -> impl Iterator<Item = Note> {
        let takers = self.scenario.takers().enumerate().filter(|(taker, _)| self.stations.waits_behind_batches(*taker));
        takers.map(|(_, taker)| Note {
            path: taker.entity(),
            sentence: "its answers stand in line with those to whole polls: how long its workers wait for them, a run shows".into(),
        })
    }

    /// As the load grows, rates of events and of the systems' own users alike.
    fn bottleneck(&self) -> Option<Bottleneck> {
        let peaks: Vec<Time> =
            (0..self.stations.places.len()).map(|index| self.peak(index).at).collect::<BTreeSet<_>>().into_iter().collect();
        let rates: Vec<Vec<f64>> = peaks.iter().map(|at| rates_in(self.scenario, &self.stations, *at)).collect();
        // Of each station, in its worst window.
        let loads = |scale: f64| -> Vec<f64> {
            let mut worst = vec![0.0_f64; self.stations.places.len()];
            let mean: Vec<f64> = self.mean_rates.iter().map(|rate| rate * scale).collect();
            for rates in rates.iter().chain([&self.mean_rates]) {
                let rates: Vec<f64> = rates.iter().map(|rate| rate * scale).collect();
                let loads = self.stations.scaled(&rates, &mean, scale);
                for (worst, (load, place)) in worst.iter_mut().zip(loads.stations.iter().zip(&self.stations.places)) {
                    *worst = worst.max(load.servers_wanted() / self.servers(*place));
                }
            }
            worst
        };
        let fullest = |loads: &[f64]| loads.iter().copied().enumerate().max_by(|a, b| a.1.total_cmp(&b.1));
        let is_full = |scale: f64| fullest(&loads(scale)).is_some_and(|(_, load)| load >= 1.0);
        let (mut low, mut high) = (1e-6, 1e6);
        if !is_full(high) {
            return None;
        }
        while high / low > 1.0001 {
            let middle = libm::sqrt(low * high);
            if is_full(middle) { high = middle } else { low = middle }
        }
        let (index, _) = fullest(&loads(high))?;
        let (station, servers_are, _) = self.name(self.stations.places[index]);
        let load_peak = loads(1.0)[index];
        Some(Bottleneck { station, servers_are: servers_are.into(), load_peak, bears_times: low })
    }

    fn highest(&self, of: impl Fn(&Loads) -> f64) -> f64 {
        self.windows.iter().map(|(_, _, loads)| of(loads)).fold(0.0, f64::max)
    }

    fn events(&self) -> Vec<EventRate> {
        let rate = |(index, event): (usize, &crate::scenario::spec::Event)| EventRate {
            event: event.name.clone(),
            mean: self.mean_rates[index],
            peak: self.windows.iter().map(|(_, rates, _)| rates[index]).fold(0.0, f64::max),
            copies: self.stations.copies(index),
        };
        self.scenario.events.iter().enumerate().map(rate).collect()
    }

    fn callbacks(&self) -> Vec<Amplification> {
        let asked = |sor: usize| {
            let mean = &self.mean.asked[sor];
            let workers = f64::from(self.scenario.sors[sor].workers);
            let per_event = |requests: f64| if mean.events > 0.0 { requests / mean.events } else { 0.0 };
            (mean.requests > 0.0).then(|| Amplification {
                sor: self.scenario.sors[sor].name.clone(),
                requests_per_event: per_event(mean.requests),
                requests_per_event_worst: per_event(mean.requests_worst),
                requests_mean: mean.requests,
                requests_peak: self.highest(|loads| loads.asked[sor].requests),
                share_mean: mean.busy / workers,
                share_peak: self.highest(|loads| loads.asked[sor].busy) / workers,
                share_peak_worst: self.highest(|loads| loads.asked[sor].busy_worst) / workers,
            })
        };
        (0..self.scenario.sors.len()).filter_map(asked).collect()
    }

    fn links(&self) -> Vec<LinkLoad> {
        let load = |(index, link): (usize, &crate::scenario::spec::Link)| LinkLoad {
            link: link.name.clone(),
            bytes_mean: self.read.bytes[index],
            bytes_peak: self.highest(|loads| loads.bytes[index]),
        };
        self.scenario.links.iter().enumerate().map(load).collect()
    }

    /// Of every durable subscription, and of every queue with one taker.
    fn outages(&self, stations: &[Station]) -> Vec<Outage> {
        let scenario = self.scenario;
        let keeps = |(_, subscriber): &(usize, &Subscriber)| match subscriber.from {
            Destination::Queue(_) => scenario.subscribers.iter().filter(|other| other.from == subscriber.from).count() == 1,
            _ => subscriber.durable,
        };
        scenario
            .subscribers
            .iter()
            .enumerate()
            .filter(keeps)
            .filter_map(|(taker, subscriber)| self.outage(taker, subscriber, stations))
            .collect()
    }

    fn outage(&self, taker: usize, subscriber: &Subscriber, stations: &[Station]) -> Option<Outage> {
        let scenario = self.scenario;
        let segment = &scenario.segments[scenario.segment_of(subscriber.from)?];
        let bytes = |rates: &[f64]| self.stations.bytes_to(taker, rates, COPY_OVERHEAD);
        let (messages, messages_peak) = (self.mean.messages[taker], self.highest(|loads| loads.messages[taker]));
        let (bytes_mean, bytes_peak) = (bytes(&self.mean_rates), self.windows.iter().map(|(_, rates, _)| bytes(rates)).fold(0.0, f64::max));
        let line: &Line = match subscriber.from {
            Destination::Queue(queue) => &scenario.queues[queue].line,
            _ => &subscriber.line,
        };
        let policy = &line.policy;
        let limits = [
            segment.memory.map(|memory| memory.0 as f64 / bytes_peak),
            policy.max_length.map(|most| most as f64 / messages_peak),
            policy.max_bytes.map(|most| most.0 as f64 / (bytes_peak - messages_peak * COPY_OVERHEAD.0 as f64)),
        ];
        // How many times as fast as it comes the backlog can go, by the workers and by the systems that are asked.
        let name = subscriber.entity();
        let own = stations.iter().filter(|station| station.name == name).map(|station| 1.0 / station.load_mean);
        let asked = self.mean.asked.iter().zip(&scenario.sors).enumerate().filter_map(|(index, (asked, sor))| {
            let mine: f64 = asked.by_taker.iter().filter(|(of, _)| *of == taker).map(|(_, busy)| busy).sum();
            let place = self.stations.places.iter().position(|place| *place == Place::Sor(index))?;
            let spare = f64::from(sor.workers) - self.mean.stations[place].servers_wanted();
            (mine > 0.0).then_some(1.0 + spare / mine)
        });
        let faster = own.chain(asked).fold(f64::INFINITY, f64::min);
        (messages > 0.0).then(|| Outage {
            subscriber: subscriber.name.clone(),
            segment: segment.name.clone(),
            messages_per_hour_mean: messages * 3600.0,
            messages_per_hour_peak: messages_peak * 3600.0,
            bytes_per_hour_mean: bytes_mean * 3600.0,
            bytes_per_hour_peak: bytes_peak * 3600.0,
            full_after_s: limits.into_iter().flatten().min_by(f64::total_cmp),
            drain_s: (faster > 1.0).then(|| 3600.0 / (faster - 1.0)),
        })
    }
}

/// All that is raised in a window, derived events as if their ways took no time.
fn rates_in(scenario: &Scenario, stations: &Stations<'_>, from: Time) -> Vec<f64> {
    stations.raised(scenario.events.iter().map(|event| rate_in(scenario, event, from)).collect())
}

fn busy(load: &Load) -> f64 {
    load.servers_wanted() + load.waiting
}

/// Time of the day, or of a later day.
fn clock(seconds: f64) -> String {
    let minutes = (seconds / 60.0) as u64;
    let time = format!("{:02}:{:02}", minutes / 60 % 24, minutes % 60);
    if minutes < 1440 { time } else { format!("{time} of day {}", minutes / 1440 + 1) }
}

fn conclusion(stations: &[Station], bottleneck: Option<&Bottleneck>) -> String {
    let Some(fullest) = stations.first() else { return "Nothing in this design is asked for anything.".into() };
    let flat = (fullest.load_peak - fullest.load_mean).abs() <= 1e-9 * fullest.load_peak;
    let when = if flat { String::new() } else { format!(" at its peak ({})", clock(fullest.peak_at_s)) };
    let (name, load) = (format!("{} ({})", fullest.name, fullest.servers_are), Unit::Share.show(fullest.load_peak));
    if fullest.load_peak >= 1.0 {
        let full = stations.iter().filter(|station| station.load_peak >= 1.0).count();
        let others = if full > 1 { format!(", and {} more are full too", full - 1) } else { String::new() };
        return format!("The design does not bear its load: {name} is asked for {load} of what it can do{when}{others}.");
    }
    let first = bottleneck.map_or(String::new(), |first| {
        let is_it = (&first.station, &first.servers_are) == (&fullest.name, &fullest.servers_are);
        let which = if is_it { "it is".into() } else { format!("{} ({}) is", first.station, first.servers_are) };
        format!(" As the load grows, {which} full first, at {} times today's.", three_digits(first.bears_times))
    });
    format!("By arithmetic the design bears its load: {name} is the fullest station, {load}{when}.{first}")
}
