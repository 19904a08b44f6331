//! What a design is when a segment or a worker's host is lost for good, as far as something is left that can take over.
//!
//! The topics and queues of a lost segment move to the segments that are built like it, each to the one that is least full then. A host
//! is one of a subscriber's consumers with its workers. What there is but one of is named, as nothing survives its loss.

use crate::experiment::segments::Design;
use crate::scenario::Scenario;
use crate::scenario::disruption::Target;

/// A loss in words, and what is left.
pub struct Loss {
    pub what: String,
    pub left: Scenario,
}

/// Of so many segments of a kind, the fullest ones, and of so many hosts of each subscriber that has more.
pub fn losses(scenario: &Scenario, short: u32) -> Vec<Loss> {
    let design = Design::new(scenario);
    let segments = (0..design.makes.len()).filter_map(|make| {
        let (lost, left) = design.without_fullest(make, short as usize)?;
        let names: Vec<String> = lost.iter().map(|segment| format!("segment.{}", scenario.segments[*segment].name)).collect();
        Some(Loss { what: format!("{} lost, its topics and queues on the others", names.join(" and ")), left })
    });
    let hosts = (0..scenario.subscribers.len()).filter(|who| has_hosts(scenario, *who, short)).map(|who| {
        let mut left = scenario.clone();
        let subscriber = &mut left.subscribers[who];
        let lost = short * subscriber.workers.div_ceil(subscriber.consumers);
        subscriber.consumers -= short;
        subscriber.workers = subscriber.workers.saturating_sub(lost).max(subscriber.consumers);
        let what = format!("{short} of {} hosts of subscriber.{} lost", scenario.subscribers[who].consumers, subscriber.name);
        let is_there = |target: Target| !matches!(target, Target::Consumer(of, number) if of == who && number >= scenario.subscribers[who].consumers - short);
        left.disruptions.retain(|disruption| is_there(disruption.target));
        Loss { what, left }
    });
    segments.chain(hosts).collect()
}

fn has_hosts(scenario: &Scenario, who: usize, short: u32) -> bool {
    let subscriber = &scenario.subscribers[who];
    subscriber.consumers > short && subscriber.consumers > 1 && subscriber.pipeline.is_none()
}

/// Segments and subscribers that nothing is left of.
pub fn single(scenario: &Scenario, short: u32) -> Vec<String> {
    let design = Design::new(scenario);
    let segments = (0..design.makes.len()).filter(|make| design.without_fullest(*make, short as usize).is_none());
    let segments = segments.flat_map(|make| design.used(make)).map(|segment| format!("segment.{}", scenario.segments[segment].name));
    let hosts = (0..scenario.subscribers.len()).filter(|who| !has_hosts(scenario, *who, short));
    segments.chain(hosts.map(|who| scenario.subscribers[who].entity())).collect()
}
