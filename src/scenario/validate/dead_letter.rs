//! Where dead letters may go.

use super::{report, segment_of};
use crate::scenario::reader::Context;
use crate::scenario::spec::{Destination, Scenario};

/// Dead letters stay on their segment: the broker that lets a message die hands it on itself.
pub(super) fn places(context: &Context<'_>, scenario: &Scenario) {
    let queues = scenario.queues.iter().enumerate().map(|(index, queue)| ("queue", &queue.name, Destination::Queue(index), &queue.line));
    let subscribers = scenario.subscribers.iter().map(|subscriber| ("subscriber", &subscriber.name, subscriber.from, &subscriber.line));
    for (kind, name, from, line) in queues.chain(subscribers) {
        let Some(target) = line.policy.dead_letter.map(|queue| queue.0 as usize) else { continue };
        let (Some(here), Some(there)) = (segment_of(scenario, from), segment_of(scenario, Destination::Queue(target))) else { continue };
        if here.name != there.name {
            let target = &scenario.queues[target].name;
            let what = format!(
                "{kind}.{name}.dead_letter: `{target}` is on the segment `{}`, the messages die on `{}`; a dead-letter queue lies on the same segment",
                there.name, here.name
            );
            report(context, &[kind, name, "dead_letter"], what, format!("name a queue of the segment `{}`", here.name));
        }
    }
}

/// No message may die in a circle.
pub(super) fn circles(context: &Context<'_>, scenario: &Scenario) {
    let next = |queue: usize| scenario.queues.get(queue).and_then(|queue| queue.line.policy.dead_letter).map(|next| next.0 as usize);
    // Queues whose way is known already, so that long chains are walked once.
    let mut done = vec![false; scenario.queues.len()];
    for start in 0..scenario.queues.len() {
        let mut way: Vec<usize> = Vec::new();
        let mut at = Some(start);
        let mut on_way = std::collections::BTreeMap::new();
        while let Some(queue) = at.filter(|queue| done.get(*queue) == Some(&false)) {
            if let Some(first) = on_way.insert(queue, way.len()) {
                let names: Vec<&str> = way[first..].iter().chain([&queue]).map(|queue| scenario.queues[*queue].name.as_str()).collect();
                let what = format!("queue.{}.dead_letter: dead letters go in a circle: {}", names[0], names.join(" -> "));
                report(context, &["queue", names[0], "dead_letter"], what, "remove one of these dead_letter keys");
                break;
            }
            way.push(queue);
            at = next(queue);
        }
        for queue in way {
            done[queue] = true;
        }
    }
}
