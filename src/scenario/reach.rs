//! Which events' messages can come to which queue, dead letters included. Found once for all queues, as many ask for it.

use super::spec::{Destination, Event, EventIndex, QueueIndex, Scenario};
use std::collections::BTreeSet;

/// By queue: the events that can come to it, ascending; none where nobody takes from it.
///
/// Also asked of scenarios with problems, in which references may lead nowhere and dead letters in circles.
pub(super) fn reach(scenario: &Scenario) -> Vec<Vec<EventIndex>> {
    let dead_letters = dead_letters_of_topics(scenario);
    let starts = |event: &Event| match event.to {
        Some(Destination::Queue(queue)) => vec![queue],
        Some(Destination::Topic(topic)) => dead_letters.get(topic).into_iter().flatten().copied().collect(),
        Some(Destination::Feed(_)) | None => Vec::new(),
    };
    let mut reach = vec![Vec::new(); scenario.queues.len()];
    let mut taken = vec![false; scenario.queues.len()];
    for subscriber in &scenario.subscribers {
        if let Destination::Queue(queue) = subscriber.from
            && let Some(taken) = taken.get_mut(queue)
        {
            *taken = true;
        }
    }
    // The event that was seen at a queue last.
    let mut seen = vec![None; scenario.queues.len()];
    for (event, from) in scenario.events.iter().enumerate() {
        for start in starts(from) {
            let mut at = Some(start);
            while let Some(queue) = at.filter(|queue| seen.get(*queue).is_some_and(|last| *last != Some(event))) {
                seen[queue] = Some(event);
                if taken[queue] {
                    reach[queue].push(event);
                }
                at = scenario.queues[queue].line.dead_letter();
            }
        }
    }
    reach
}

/// By topic: the queues to which its subscriptions send what dies.
fn dead_letters_of_topics(scenario: &Scenario) -> Vec<BTreeSet<QueueIndex>> {
    let mut queues = vec![BTreeSet::new(); scenario.topics.len()];
    for subscriber in &scenario.subscribers {
        if let (Destination::Topic(topic), Some(queue)) = (subscriber.from, subscriber.line.dead_letter())
            && let Some(queues) = queues.get_mut(topic)
        {
            queues.insert(queue);
        }
    }
    queues
}
