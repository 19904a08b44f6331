//! Sentences: what was seen, why it matters, what to try. Each rests on figures of the outcome that it names.

mod doubtful;

use super::check::idle_switches;
use super::doubt::{Doubt, Fullest, fullest, reachable};
use super::{advice, storm};
use crate::outcome::{Finding, Metric, Outcome, Theory, Verdict};
use crate::scenario::Scenario;
use crate::scenario::disruption::Target;
use crate::scenario::spec::{Destination, Event, Refused, Subscriber};
use crate::units::Unit;

/// A station this busy in its worst five minutes has no room for a bad day.
const BUSY: f64 = 0.8;
/// From here on a station does not keep up.
const SATURATED: f64 = 0.999;
/// Callbacks matter where they are this part of the load of a system that is this busy.
const NOTABLE: f64 = 0.2;

/// From here on replays are this part of what is completed.
const STORM: f64 = 0.1;

/// So many changes at once make a backlog.
const MANY: f64 = 10.0;

/// A sentence names no more disruptions than these.
const NAMED_MAX: usize = 3;

struct Seen<'a> {
    scenario: &'a Scenario,
    outcome: &'a Outcome,
    doubt: Option<&'a Doubt>,
}

/// All findings, the most urgent first: what makes the others doubtful, then what is wrong, then what is to be known.
pub fn find(scenario: &Scenario, outcome: &Outcome, doubt: Option<&Doubt>) -> Vec<Finding> {
    let seen = Seen { scenario, outcome, doubt };
    let mut findings = Vec::new();
    findings.extend(doubt.map(|doubt| seen.doubt(doubt)));
    findings.extend(seen.precision());
    findings.extend(seen.short_batches());
    findings.extend(seen.unfinished());
    seen.slow_lifecycles(&mut findings);
    seen.objectives(&mut findings);
    findings.extend(seen.bottleneck(&findings));
    seen.callback_load(&mut findings);
    findings.extend(storm::find(scenario, outcome));
    findings.extend(seen.theory_disagrees());
    seen.not_recovered(&mut findings);
    seen.missed_events(&mut findings);
    seen.nobody_consumes(&mut findings);
    seen.stale_data(&mut findings);
    seen.prefetch_starves(&mut findings);
    seen.retry_storm(&mut findings);
    seen.held_back(&mut findings);
    seen.blocked_publishers(&mut findings);
    seen.publisher_backlog(&mut findings);
    findings.extend(advice::find(scenario, outcome, &findings));
    findings.extend(seen.idle_settings());
    findings
}

/// Who stands in a line.
enum Audience {
    One(String),
    /// Who takes from this queue.
    Many(String),
}

impl Audience {
    fn named(&self) -> String {
        match self {
            Audience::One(name) => name.clone(),
            Audience::Many(queue) => format!("the subscribers of queue.{queue}"),
        }
    }

    fn never_gets(&self) -> String {
        match self {
            Audience::One(name) => format!("{name} never gets"),
            Audience::Many(queue) => format!("The subscribers of queue.{queue} never get"),
        }
    }

    fn whose(&self) -> &'static str {
        match self {
            Audience::One(_) => "its",
            Audience::Many(_) => "their",
        }
    }
}

/// A subscriber's credit where it is below its workers, so that some never work. Workers that wait for no answer need more of it
/// than there are of them, so there it tells nothing.
pub(super) fn starving_credit(subscriber: &Subscriber) -> Option<u64> {
    let credit = subscriber.credit()?;
    let asynchronous = subscriber.callback.as_ref().is_some_and(|callback| !callback.holds_worker);
    (credit < u64::from(subscriber.workers) && !asynchronous).then_some(credit)
}

/// Words about so many more.
fn others(count: usize, one: &str, many: impl Fn(usize) -> String) -> String {
    match count {
        0 => String::new(),
        1 => one.into(),
        n => many(n),
    }
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
            let (is, seen) = match objective.point.map(|point| objective.unit.show(point)) {
                Some(value) => (format!("is {value}"), format!(" ({value})")),
                None => ("has no value".into(), String::new()),
            };
            match objective.verdict {
                Verdict::Met => {}
                Verdict::Missed => findings.push(finding(
                    "objective_missed",
                    format!("{} {is}, the objective is {}: {}.", objective.metric, objective.bound, objective.reason),
                    &[&objective.metric],
                )),
                Verdict::Undecided => findings.push(finding(
                    "undecided",
                    format!("Whether {}{seen} keeps {} is undecided: {}.", objective.metric, objective.bound, objective.reason),
                    &[&objective.metric],
                )),
            }
        }
    }

    /// Something raised was not shown, or had to wait at its source.
    fn is_anything_lost(&self, before: &[Finding]) -> bool {
        const LOSSES: [&str; 6] = ["missed", "expired", "dropped", "rejected", "refused", "blocked"];
        let loss = |metric: &Metric| metric.name.rsplit('.').next().is_some_and(|quantity| LOSSES.contains(&quantity));
        before.iter().any(|finding| finding.kind == "unfinished")
            || self.outcome.metrics.iter().any(|metric| metric.point > 0.0 && loss(metric))
    }

    fn bottleneck(&self, before: &[Finding]) -> Option<Finding> {
        let Fullest { station, peak, load } = fullest(self.scenario, &self.outcome.metrics)?;
        let mean = self.point(&format!("{station}.utilization.mean"));
        let most = reachable(self.scenario, station);
        let is_anything_lost = self.is_anything_lost(before);
        let advice = match load {
            load if load >= SATURATED => {
                let excess = if is_anything_lost { "what it can't take waits or is lost" } else { "its line grows" };
                let remedy = if most < 1.0 { "more credit (`prefetch`)" } else { "more servers or less work" };
                format!("it does not keep up then, and {excess}: give it {remedy}")
            }
            load if load >= BUSY => "little is left for a worse day: waiting grows steeply from here".into(),
            _ if is_anything_lost => "what is missed, refused or unfinished has another cause than busy stations".into(),
            _ => "everything else has more room".into(),
        };
        let (peak_text, mean_text) = (Unit::Share.show(peak.point), Unit::Share.show(mean));
        let starving = match most < 1.0 {
            true => format!(" (its credit lets no more than {} of its workers work)", Unit::Share.show(most)),
            false => String::new(),
        };
        let sentence = format!(
            "The busiest station is {station}: {peak_text} busy in its worst five minutes{starving}, {mean_text} on average; {advice}."
        );
        Some(finding("bottleneck", sentence, &[&peak.name]))
    }

    /// Exact models that say something else than a run that is long enough: one of both is wrong about this design.
    fn theory_disagrees(&self) -> Option<Finding> {
        let differs = |theory: &&Theory| theory.exact && !theory.agrees && self.doubt.is_none();
        let differing: Vec<&Theory> = self.outcome.theory.iter().filter(differs).collect();
        let first = differing.first()?;
        let metric = self.metric(&first.metric)?;
        let sentence = format!(
            "{} says that {} is {}, simulated it is {}{}: more than chance tells apart. Do not rely on either before this is understood.",
            first.model,
            first.metric,
            metric.unit.show(first.value),
            metric.unit.show(metric.point),
            others(differing.len() - 1, " (and one other figure differs)", |n| format!(" (and {n} other figures differ)"))
        );
        let names: Vec<&str> = differing.iter().map(|theory| theory.metric.as_str()).collect();
        Some(finding("theory_disagrees", sentence, &names))
    }

    /// Each line that subscribers stand in once, by its first subscriber: competing ones share its figures.
    fn lines(&self) -> impl Iterator<Item = (&Subscriber, Audience)> {
        let all = &self.scenario.subscribers;
        self.scenario.takers().enumerate().filter_map(move |(index, subscriber)| {
            let Destination::Queue(queue) = subscriber.from else { return Some((subscriber, Audience::One(subscriber.label()))) };
            let competing = |other: &&Subscriber| other.from == subscriber.from;
            match (all[..index].iter().any(|other| competing(&other)), all.iter().filter(competing).count()) {
                (true, _) => None,
                (false, 1) => Some((subscriber, Audience::One(subscriber.name.clone()))),
                (false, _) => Some((subscriber, Audience::Many(self.scenario.queues[queue].name.clone()))),
            }
        })
    }

    fn callback_load(&self, findings: &mut Vec<Finding>) {
        for (kind, who, quantity) in [("callback_load", "Callbacks", "callbacks"), ("poll_load", "Polls", "polls")] {
            self.load_of_others(kind, (who, quantity), findings);
        }
    }

    fn load_of_others(&self, kind: &str, (who, quantity): (&str, &str), findings: &mut Vec<Finding>) {
        for sor in &self.scenario.sors {
            let name = format!("sor.{}", sor.name);
            let (part, total) = (format!("{name}.utilization.{quantity}"), format!("{name}.utilization"));
            let share = self.point(&format!("{part}.mean")) / self.point(&format!("{total}.mean"));
            let (peak, without) = (self.point(&format!("{total}.peak")), self.point(&format!("{name}.utilization.own.peak")));
            if sor.own_load.is_some() && share >= NOTABLE && peak >= NOTABLE {
                let sentence = format!(
                    "{who} are {} of {}'s load; at the peak it is {} busy, and would be {} with its own users alone.{}",
                    Unit::Share.show(share),
                    sor.name,
                    Unit::Share.show(peak),
                    Unit::Share.show(without),
                    self.users_alone(&name)
                );
                findings.push(finding(kind, sentence, &[&format!("{part}.mean"), &format!("{total}.peak")]));
            }
        }
    }

    /// What a system's own users feel of the others, by the latency that nineteen of twenty of them stay below.
    fn users_alone(&self, sor: &str) -> String {
        let [with, alone] = ["own_latency.p95", "own_latency.alone.p95"].map(|quantity| self.metric(&format!("{sor}.{quantity}")));
        let (Some(with), Some(alone)) = (with, alone) else { return String::new() };
        let show = |metric: &Metric| Unit::Seconds.show(metric.point);
        format!(" Its users get 95 % of their answers within {}, alone within {}.", show(with), show(alone))
    }

    fn each_subscriber(&self, quantity: &str) -> impl Iterator<Item = (&Subscriber, String, f64)> {
        self.scenario.takers().filter_map(move |subscriber| {
            let name = format!("{}.{quantity}", subscriber.entity());
            self.metric(&name).map(|metric| metric.point).filter(|point| *point > 0.0).map(|point| (subscriber, name, point))
        })
    }

    fn not_recovered(&self, findings: &mut Vec<Finding>) {
        for (subscriber, name, count) in self.each_subscriber("drain.unfinished") {
            let entity = subscriber.entity();
            let (backlog, in_flight) = (format!("{entity}.backlog.max"), format!("{entity}.in_flight.max"));
            let events = self.scenario.events_reaching(subscriber).into_iter();
            let before = events.map(|event| self.point(&format!("event.{}.waiting_line.max", self.scenario.events[event].name)));
            let elsewhere =
                |held: f64, words: &str| if held > 0.0 { format!(", {} {words}", Unit::Count.show(held)) } else { String::new() };
            let sentence = format!(
                "{} had not recovered from {} in a run when it ended; its backlog was up to {} messages{}{}. Its drain times leave these out.",
                subscriber.label(),
                if count == 1.0 { "a disruption".into() } else { format!("{} disruptions", Unit::Count.show(count)) },
                Unit::Count.show(self.point(&backlog)),
                elsewhere(self.point(&in_flight), "were in its hands"),
                elsewhere(before.sum(), "waited at their publishers")
            );
            findings.push(finding("not_recovered", sentence, &[&name, &backlog]));
        }
    }

    fn missed_events(&self, findings: &mut Vec<Finding>) {
        for (subscriber, audience) in self.lines() {
            let name = format!("{}.missed", subscriber.entity());
            let missed = self.point(&name);
            if missed <= 0.0 {
                continue;
            }
            let causes = ["not_durable", "expired", "dropped", "crashed", "refused", "dead_lettered"];
            let cause = causes.iter().max_by(|a, b| self.point(&format!("{name}.{a}")).total_cmp(&self.point(&format!("{name}.{b}"))));
            let cause = cause.unwrap_or(&"lost").replace('_', " ");
            let disruptions = self.disruptions_of(|target| self.scenario.concerns(target, subscriber));
            let (gets, whose, count) = (audience.never_gets(), audience.whose(), Unit::Count.show(missed));
            let sentence = match missed {
                // Less than one a run is no share of the events.
                ..1.0 => format!("On average {count} events a run never reach {}, most of them {cause}.{disruptions}", audience.named()),
                _ => format!("{gets} {count} of {whose} events in a run, most of them {cause}.{disruptions}"),
            };
            findings.push(finding("missed_events", sentence, &[&name]));
        }
    }

    /// A sentence about those disruptions that a finding may be due to, each named once.
    fn disruptions_of(&self, concerns: impl Fn(Target) -> bool) -> String {
        let mut named: Vec<String> = Vec::new();
        for disruption in self.scenario.disruptions.iter().filter(|disruption| concerns(disruption.target)) {
            let words = format!("{} is {}", disruption.what, disruption.effect.word());
            if !named.contains(&words) {
                named.push(words);
            }
        }
        let more =
            others(named.len().saturating_sub(NAMED_MAX), ", and one more is disrupted", |n| format!(", and {n} more are disrupted"));
        named.truncate(NAMED_MAX);
        if named.is_empty() { String::new() } else { format!(" At times {}{more}.", named.join(", ")) }
    }

    /// Queues and topics that events go to and nobody takes from. Dead letters may well lie.
    fn nobody_consumes(&self, findings: &mut Vec<Finding>) {
        let scenario = self.scenario;
        let queues = (0..scenario.queues.len()).filter(|queue| !scenario.gets_dead_letters(*queue));
        for place in queues.map(Destination::Queue).chain((0..scenario.topics.len()).map(Destination::Topic)) {
            let name = scenario.name_of(place);
            let published = format!("{name}.published");
            let taken = scenario.subscribers.iter().any(|subscriber| subscriber.from == place);
            if taken || scenario.events.iter().all(|event| event.to != Some(place)) || self.point(&published) == 0.0 {
                continue;
            }
            let sentence = format!(
                "Nobody takes from {name}: {} messages went there in a run and no view shows them. Add a subscriber, or send the events elsewhere.",
                Unit::Count.show(self.point(&published))
            );
            findings.push(finding("nobody_consumes", sentence, &[&published]));
        }
        for (index, feed) in scenario.feeds.iter().enumerate() {
            let raised = format!("event.{}.raised", scenario.events[feed.of].name);
            if scenario.pollers.iter().any(|poller| poller.feed == index) || self.point(&raised) == 0.0 {
                continue;
            }
            let sentence = format!(
                "Nobody polls feed.{}: {} changes were appended to it in a run for no one. Add a poller, or remove the feed.",
                feed.name,
                Unit::Count.show(self.point(&raised))
            );
            findings.push(finding("nobody_consumes", sentence, &[&raised]));
        }
    }

    /// One sentence for all who show something stale.
    fn stale_data(&self, findings: &mut Vec<Finding>) {
        let seen: Vec<(&Subscriber, String, f64)> = self.each_subscriber("stale_overwrites").collect();
        let Some((worst, _, most)) = seen.iter().max_by(|a, b| a.2.total_cmp(&b.2)) else { return };
        let others = others(seen.len() - 1, ", and so does one other subscriber", |n| format!(", and so do {n} other subscribers"));
        let why = match self.scenario.is_ordered(worst) {
            false => {
                "results of parallel work overtake each other. A version guard (`guard = \"version\"`) or `ordering = \"by_resource\"` prevents that."
            }
            true => {
                "changes overtake each other before they come into its line, or as failed ones come again. A version guard (`guard = \"version\"`) prevents that."
            }
        };
        let sentence =
            format!("{} shows something older than it had shown {} times in a run{others}: {why}", worst.name, Unit::Count.show(*most));
        let metrics: Vec<&str> = seen.iter().map(|(_, name, _)| name.as_str()).collect();
        findings.push(finding("stale_data", sentence, &metrics));
    }

    fn prefetch_starves(&self, findings: &mut Vec<Finding>) {
        for subscriber in &self.scenario.subscribers {
            if let Some(credit) = starving_credit(subscriber) {
                let idle = u64::from(subscriber.workers) - credit;
                let sentence = match &subscriber.pipeline {
                    Some(_) => format!(
                        "{} has {} tasks but credit for {credit} messages only: {idle} of its tasks always rest. A `prefetch` (and `max_pending`) of at least its tasks lets all work.",
                        subscriber.name, subscriber.workers,
                    ),
                    None => format!(
                        "{} has {} workers but credit for {credit} messages only: {idle} of its workers never get one. prefetch = workers / consumers = {} / {} = {} uses them all.",
                        subscriber.name,
                        subscriber.workers,
                        subscriber.workers,
                        subscriber.consumers,
                        subscriber.workers.div_ceil(subscriber.consumers),
                    ),
                };
                findings.push(finding("prefetch_starves", sentence, &[&format!("subscriber.{}.utilization.peak", subscriber.name)]));
            }
        }
    }

    /// More replays than what a few slow ones explain.
    fn retry_storm(&self, findings: &mut Vec<Finding>) {
        let measured = self.outcome.run.horizon_s - self.outcome.run.warm_up_s;
        for (subscriber, name, replayed) in self.each_subscriber("replayed") {
            let finished = self.point(&format!("subscriber.{}.throughput", subscriber.name)) * measured;
            if replayed < STORM * finished {
                continue;
            }
            let sentence = format!(
                "{} replays {} trees in a run and completes {}: under load a tree takes longer than `replay_after`, and the duplicates make it longer still. Keep `max_pending` below what the slowest stage does within `replay_after`, or make that longer.",
                subscriber.name,
                Unit::Count.show(replayed),
                Unit::Count.show(finished)
            );
            findings.push(finding("retry_storm", sentence, &[&name]));
        }
    }

    /// Who is held back has servers to spare; the one behind it has not.
    fn held_back(&self, findings: &mut Vec<Finding>) {
        for subscriber in &self.scenario.subscribers {
            let Some(pipeline) = &subscriber.pipeline else { continue };
            for pair in pipeline.stages.windows(2) {
                let metric = format!("subscriber.{}.stage.{}.blocked.peak", subscriber.name, pair[0].name);
                let held = self.point(&metric);
                if held >= NOTABLE {
                    let sentence = format!(
                        "The stage {} of {} is held back {} of its worst five minutes, as the mailboxes of {} are full.",
                        pair[0].name,
                        subscriber.name,
                        Unit::Share.show(held),
                        pair[1].name
                    );
                    findings.push(finding("held_back", sentence, &[&metric]));
                }
            }
        }
    }

    fn blocked_publishers(&self, findings: &mut Vec<Finding>) {
        for (index, segment) in self.scenario.segments.iter().enumerate() {
            let name = format!("segment.{}.blocked", segment.name);
            let share = self.point(&name);
            if share > 0.0 {
                let all = self.scenario.subscribers.iter();
                let takers: Vec<_> = all.filter(|taker| self.scenario.segment_of(taker.from) == Some(index)).collect();
                let sentence = format!(
                    "{} blocks its publishers {} of the time: their events wait at the source.{}",
                    segment.name,
                    Unit::Share.show(share),
                    self.disruptions_of(|target| takers.iter().any(|taker| self.scenario.concerns(target, taker)))
                );
                findings.push(finding("blocked_publishers", sentence, &[&name]));
            }
        }
    }

    /// What somebody has set and does not get.
    fn idle_settings(&self) -> Option<Finding> {
        let idle = idle_switches(self.scenario);
        let named: Vec<String> = idle.iter().take(NAMED_MAX).map(|note| format!("{} ({})", note.path, note.sentence)).collect();
        let more = others(idle.len().saturating_sub(NAMED_MAX), ", and one more", |n| format!(", and {n} more"));
        let where_to_look = if more.is_empty() { "" } else { "; `busload check` names all" };
        (!idle.is_empty()).then(|| finding("idle_setting", format!("Without effect now: {}{more}{where_to_look}.", named.join(", ")), &[]))
    }

    /// Changes that wait at their publisher are in no line of the broker, and come late after it takes them again.
    fn publisher_backlog(&self, findings: &mut Vec<Finding>) {
        for (index, event) in self.scenario.events.iter().enumerate() {
            let name = format!("event.{}.waiting_line.max", event.name);
            let most = self.point(&name);
            if most < MANY {
                continue;
            }
            let takers = || self.scenario.takers().filter(|taker| self.scenario.events_reaching(taker).contains(&index));
            let longest = takers().map(|taker| self.point(&format!("{}.hop.publish_wait.max", taker.entity()))).fold(0.0, f64::max);
            let so_long = if longest > 0.0 { format!(", for up to {}", Unit::Seconds.show(longest)) } else { String::new() };
            let backs_off = match event.refused {
                Refused::Retry { factor, .. } if factor > 1.0 && self.is_refused(event) => format!(
                    " What is refused is tried again after a back-off that grows {factor} times with every try, so that the last come long after the broker takes them again; a smaller `factor` in `refused` brings them sooner."
                ),
                _ => String::new(),
            };
            let sentence = format!(
                "Up to {} changes of {} wait at their publisher{so_long}.{backs_off}{}",
                Unit::Count.show(most),
                event.name,
                self.disruptions_of(|target| takers().any(|taker| self.scenario.concerns(target, taker)))
            );
            findings.push(finding("publisher_backlog", sentence, &[&name]));
        }
    }

    /// Publishes of it met a broker that was down or full.
    fn is_refused(&self, event: &Event) -> bool {
        let Some(to) = event.to else { return false };
        let is_down = self.scenario.segment_of(to).is_some_and(|segment| self.scenario.is_ever_down(Target::Segment(segment)));
        is_down || self.point(&format!("{}.rejected", self.scenario.name_of(to))) > 0.0
    }
}
