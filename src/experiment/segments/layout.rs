//! What of a design can be split over segments, and the design that a split makes.
//!
//! Segments that differ in nothing but name and threads are of one make; topics and queues move among segments of their make only, so that
//! none changes its zone, its journal or its memory unasked. A further segment is a copy of its make's largest.

use super::partition::Parts;
use crate::experiment::check;
use crate::outcome::segments::{Part, Share};
use crate::scenario::Scenario;
use crate::scenario::disruption::Target;
use crate::scenario::spec::{Charge, Destination, Objective, Segment, SegmentIndex};
use std::collections::BTreeMap;

/// A design taken apart.
pub struct Design<'s> {
    pub scenario: &'s Scenario,
    pub makes: Vec<Make>,
}

/// Segments of one make, and what may be split over them.
pub struct Make {
    /// The largest.
    pub template: SegmentIndex,
    segments: Vec<SegmentIndex>,
    /// What stays together.
    items: Vec<Vec<Destination>>,
    pub parts: Parts,
    /// By item: its load alone, and messages per second that it hands over.
    delivered: Vec<f64>,
}

/// Which item is on which segment: by make and item, numbered within the make.
pub type Layout = Vec<Vec<usize>>;

impl<'s> Design<'s> {
    pub fn new(scenario: &'s Scenario) -> Design<'s> {
        let mut makes: Vec<Make> = Vec::new();
        for item in items(scenario) {
            let segment = segment_of(scenario, item[0]);
            let make = match makes.iter().position(|make| is_alike(&scenario.segments[make.template], &scenario.segments[segment])) {
                Some(make) => make,
                None => {
                    makes.push(Make::like(scenario, segment));
                    makes.len() - 1
                }
            };
            makes[make].items.push(item);
        }
        for make in &mut makes {
            make.delivered = make.items.iter().map(|item| delivered(scenario, item)).collect();
        }
        let mut design = Design { scenario, makes };
        design.measure();
        design
    }

    /// By arithmetic: what each item would ask of a segment of its own.
    fn measure(&mut self) {
        let apart: Layout = self.makes.iter().map(|make| (0..make.items.len()).collect()).collect();
        let mut profiles = check::segment_profiles(&self.made(&apart)).into_iter();
        let ties: Vec<Vec<(usize, usize, f64)>> = (0..self.makes.len()).map(|make| self.ties(make)).collect();
        for (make, ties) in self.makes.iter_mut().zip(ties) {
            let mut loads: Vec<Vec<f64>> = profiles.by_ref().take(make.items.len()).collect();
            // Where no operation costs anything, messages are what can be balanced.
            if loads.iter().flatten().all(|load| *load == 0.0) {
                loads = make.delivered.iter().map(|rate| vec![*rate]).collect();
            }
            make.parts = Parts { loads, ties };
        }
    }

    /// Derived events per second from one item's messages to another item of the same make.
    fn ties(&self, make: usize) -> Vec<(usize, usize, f64)> {
        let items = &self.makes[make].items;
        let item_of = |line: Destination| items.iter().position(|item| item.contains(&line));
        let ties = self.chains().into_iter().filter_map(|(from, to, rate)| Some((item_of(from)?, item_of(to)?, rate)));
        ties.filter(|(from, to, rate)| from != to && *rate > 0.0).collect()
    }

    /// From the line that leads to a derived event to the line that carries it, per second.
    fn chains(&self) -> Vec<(Destination, Destination, f64)> {
        let scenario = self.scenario;
        let raised = scenario.subscribers.iter().zip(&scenario.traffic.subscribers).flat_map(|(subscriber, rate)| {
            subscriber.raises.iter().filter_map(move |raise| {
                let to = scenario.events[raise.event].to?;
                Some((subscriber.from, to, rate * raise.share))
            })
        });
        raised.collect()
    }

    /// Derived events per second that go from one segment to another.
    pub fn torn(&self, made: &Scenario) -> f64 {
        let crosses = |(from, to, _): &(Destination, Destination, f64)| made.segment_of(*from) != made.segment_of(*to);
        self.chains().into_iter().filter(crosses).map(|(.., rate)| rate).sum()
    }

    pub fn items(&self) -> usize {
        self.makes.iter().map(|make| make.items.len()).sum()
    }

    pub fn told(&self) -> Vec<Part> {
        let of = |make: &Make| -> Vec<Part> {
            let part = |(index, item): (usize, &Vec<Destination>)| Part {
                lines: item.iter().map(|line| self.scenario.name_of(*line)).collect(),
                load_peak: make.parts.fullness(std::iter::once(index)),
                delivered: make.delivered[index],
            };
            make.items.iter().enumerate().map(part).collect()
        };
        self.makes.iter().flat_map(of).collect()
    }

    /// The best split over each number of segments from the least possible up to `most`, with whether all splits were looked at. A
    /// further segment goes to the make whose fullest one it can relieve.
    pub fn layouts(&self, most: usize) -> Vec<(Layout, bool)> {
        let mut counts = vec![1; self.makes.len()];
        let split = |make: usize, count: usize| self.makes[make].parts.split(count);
        let mut splits: Vec<_> = (0..self.makes.len()).map(|make| split(make, 1)).collect();
        let mut layouts = Vec::new();
        loop {
            layouts.push((splits.iter().map(|split| split.group.clone()).collect(), splits.iter().all(|split| split.is_exact)));
            let fullest = |make: &usize| {
                let group = &splits[*make].group;
                let full = |of: usize| self.makes[*make].parts.fullness((0..group.len()).filter(|item| group[*item] == of));
                (0..counts[*make]).map(full).fold(0.0, f64::max)
            };
            let can_grow = (0..self.makes.len()).filter(|make| counts[*make] < self.makes[*make].items.len());
            // Of equally full ones the first.
            let next = can_grow.rev().max_by(|a, b| fullest(a).total_cmp(&fullest(b)));
            let Some(next) = next.filter(|_| counts.iter().sum::<usize>() < most) else { return layouts };
            counts[next] += 1;
            let mut further = split(next, counts[next]);
            further.group = renumbered(&further.group, &splits[next].group);
            splits[next] = further;
        }
    }

    /// The assignment of the file, and whether each of its segments is as large as its make's largest.
    pub fn as_is(&self) -> Layout {
        let of = |make: &Make| -> Vec<usize> {
            let at = |item: &Vec<Destination>| {
                let segment = segment_of(self.scenario, item[0]);
                make.segments.iter().position(|other| *other == segment).unwrap_or(0)
            };
            make.items.iter().map(at).collect()
        };
        self.makes.iter().map(of).collect()
    }

    /// The layout makes what the file describes already.
    pub fn is_as_is(&self, layout: &Layout) -> bool {
        let threads = |segment: SegmentIndex| self.scenario.segments[segment].threads;
        let used = |make: &Make| make.items.iter().map(|item| segment_of(self.scenario, item[0])).collect::<Vec<_>>();
        let is_even = |make: &Make| used(make).into_iter().all(|segment| threads(segment) == threads(make.template));
        let same =
            |(own, other): (&Vec<usize>, &Vec<usize>)| (0..own.len()).all(|a| (0..a).all(|b| (own[a] == own[b]) == (other[a] == other[b])));
        self.makes.iter().all(is_even) && self.as_is().iter().zip(layout).all(same)
    }

    /// The design with its topics and queues on the segments of a layout, which keep the names of those that most of theirs were on.
    pub fn made(&self, layout: &Layout) -> Scenario {
        let mut made = self.scenario.clone();
        made.segments.clear();
        let mut like: Vec<SegmentIndex> = Vec::new();
        for (make, of) in self.makes.iter().zip(layout) {
            let names = self.names(make, of, &made.segments);
            let first = made.segments.len();
            made.segments.extend(names.into_iter().map(|name| Segment { name, ..self.scenario.segments[make.template].clone() }));
            like.resize(made.segments.len(), make.template);
            for (item, group) in make.items.iter().zip(of) {
                place(&mut made, item, first + group);
            }
        }
        made.disruptions.retain(|disruption| !matches!(disruption.target, Target::Segment(_)));
        made.objectives = self.objectives(&made, &like);
        self.charge(&mut made, &like);
        made
    }

    /// By group.
    fn names(&self, make: &Make, of: &[usize], taken: &[Segment]) -> Vec<String> {
        let groups = of.iter().max().map_or(0, |last| last + 1);
        let mut names: Vec<Option<String>> = vec![None; groups];
        let shared = |group: usize, segment: SegmentIndex| {
            make.items.iter().zip(of).filter(|(item, at)| **at == group && segment_of(self.scenario, item[0]) == segment).count()
        };
        let mut pairs: Vec<(usize, usize, SegmentIndex)> = (0..groups)
            .flat_map(|group| make.segments.iter().map(move |segment| (group, *segment)))
            .map(|(g, s)| (shared(g, s), g, s))
            .collect();
        pairs.sort_by(|a, b| b.0.cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
        for (_, group, segment) in pairs {
            let name = &self.scenario.segments[segment].name;
            if names[group].is_none() && names.iter().flatten().all(|other| other != name) {
                names[group] = Some(name.clone());
            }
        }
        let template = &self.scenario.segments[make.template].name;
        let known = |name: &String| self.scenario.segments.iter().chain(taken).any(|segment| segment.name == *name);
        let mut fresh = (2..).map(|number| format!("{template}_{number}")).filter(|name| !known(name));
        names.into_iter().map(|name| name.unwrap_or_else(|| fresh.next().expect("numbers do not end"))).collect()
    }

    /// What is asked of a segment is asked of all of its make.
    fn objectives(&self, made: &Scenario, like: &[SegmentIndex]) -> Vec<Objective> {
        let mut objectives = Vec::new();
        for objective in &self.scenario.objectives {
            let asked = objective.metric.strip_prefix("segment.").and_then(|rest| rest.split_once('.'));
            let Some((name, rest)) = asked else {
                objectives.push(objective.clone());
                continue;
            };
            let make = |segment: &SegmentIndex| self.makes.iter().find(|make| make.template == *segment);
            let is_of = |segment: &SegmentIndex| {
                make(segment).is_some_and(|make| make.segments.iter().any(|own| self.scenario.segments[*own].name == name))
            };
            for (segment, _) in made.segments.iter().zip(like).filter(|(_, like)| is_of(like)) {
                let metric = format!("segment.{}.{rest}", segment.name);
                if objectives.iter().all(|other: &Objective| other.metric != metric || other.bound != objective.bound) {
                    objectives.push(Objective { metric, ..objective.clone() });
                }
            }
        }
        objectives
    }

    /// Every segment costs what its make's largest does.
    fn charge(&self, made: &mut Scenario, like: &[SegmentIndex]) {
        let Some(price) = &mut made.price else { return };
        let path = |name: &str| format!("segment.{name}.threads");
        let known: BTreeMap<String, f64> = price.charges.iter().map(|charge| (charge.path.clone(), charge.each)).collect();
        price.charges.retain(|charge| !charge.path.starts_with("segment."));
        for (segment, like) in made.segments.iter().zip(like) {
            if let Some(each) = known.get(&path(&self.scenario.segments[*like].name)) {
                price.charges.push(Charge { path: path(&segment.name), each: *each, count: segment.threads });
            }
        }
    }

    /// The best split over exactly so many segments, as a design. None where there are fewer parts, or more makes.
    pub fn over(&self, segments: usize) -> Option<Scenario> {
        let least = self.makes.len();
        let layout = self.layouts(segments).into_iter().nth(segments.checked_sub(least)?)?;
        Some(self.made(&layout.0))
    }

    /// Segments of a make that carry something.
    pub fn used(&self, make: usize) -> Vec<SegmentIndex> {
        let mut used: Vec<SegmentIndex> = self.makes[make].items.iter().map(|item| segment_of(self.scenario, item[0])).collect();
        used.sort_unstable();
        used.dedup();
        used
    }

    /// The design without the fullest segments of a make, and which these are: what was on them is on the others of the make, the largest
    /// first and each where it makes least full. None where no other would be left.
    pub fn without_fullest(&self, make: usize, count: usize) -> Option<(Vec<SegmentIndex>, Scenario)> {
        let (mut used, make) = (self.used(make), &self.makes[make]);
        let mut on: Vec<SegmentIndex> = make.items.iter().map(|item| segment_of(self.scenario, item[0])).collect();
        let threads = |segment: SegmentIndex| f64::from(self.scenario.segments[segment].threads);
        let full = |on: &[SegmentIndex], segment: SegmentIndex| {
            let own = (0..on.len()).filter(|item| on[*item] == segment);
            make.parts.fullness(own) * threads(make.template) / threads(segment)
        };
        if used.len() <= count {
            return None;
        }
        used.sort_by(|a, b| full(&on, *b).total_cmp(&full(&on, *a)));
        let left = used.split_off(count);
        let alone = |item: &usize| make.parts.fullness(std::iter::once(*item));
        let mut moving: Vec<usize> = (0..on.len()).filter(|item| used.contains(&on[*item])).collect();
        moving.sort_by(|a, b| alone(b).total_cmp(&alone(a)));
        for item in moving {
            let with = |segment: &SegmentIndex| {
                let mut on = on.clone();
                on[item] = *segment;
                full(&on, *segment)
            };
            on[item] = left.iter().copied().min_by(|a, b| with(a).total_cmp(&with(b)))?;
        }
        let mut design = self.scenario.clone();
        make.items.iter().zip(&on).for_each(|(item, segment)| place(&mut design, item, *segment));
        Some((used, design))
    }

    /// What each segment of a design carries.
    pub fn shares(&self, made: &Scenario) -> Vec<Share> {
        let all: f64 = made.traffic.subscribers.iter().sum();
        let profiles = check::segment_profiles(made);
        let lines = (0..made.topics.len()).map(Destination::Topic).chain((0..made.queues.len()).map(Destination::Queue));
        let lines: Vec<Destination> = lines.collect();
        let share = |(index, segment): (usize, &Segment)| {
            let mine: Vec<Destination> = lines.iter().copied().filter(|line| made.segment_of(*line) == Some(index)).collect();
            let rate: f64 = mine.iter().map(|line| rate_of(made, *line)).sum();
            let like = self.makes.iter().map(|make| &self.scenario.segments[make.template]).find(|template| is_alike(template, segment));
            let subscribers = made.subscribers.iter().filter(|subscriber| mine.contains(&subscriber.from));
            Share {
                name: segment.name.clone(),
                like: like.map_or_else(|| segment.name.clone(), |like| like.name.clone()),
                threads: segment.threads,
                lines: mine.iter().map(|line| made.name_of(*line)).collect(),
                load_peak: profiles[index].iter().copied().fold(0.0, f64::max),
                blast: if all > 0.0 { rate / all } else { 0.0 },
                subscribers: subscribers.map(|subscriber| subscriber.name.clone()).collect(),
            }
        };
        made.segments.iter().enumerate().map(share).collect()
    }
}

impl Make {
    fn like(scenario: &Scenario, segment: SegmentIndex) -> Make {
        let alike = |index: &usize| is_alike(&scenario.segments[*index], &scenario.segments[segment]);
        let segments: Vec<SegmentIndex> = (0..scenario.segments.len()).filter(alike).collect();
        let threads = |index: &&usize| scenario.segments[**index].threads;
        // Of equally large ones the first.
        let template = segments.iter().rev().max_by_key(threads).copied().unwrap_or(segment);
        Make { template, segments, items: Vec::new(), parts: Parts { loads: Vec::new(), ties: Vec::new() }, delivered: Vec::new() }
    }
}

/// The same split with its groups numbered like those of a coarser one that most of theirs were in, so that names stay where they can.
fn renumbered(group: &[usize], before: &[usize]) -> Vec<usize> {
    let groups = group.iter().max().map_or(0, |last| last + 1);
    let shared = |of: usize, number: usize| group.iter().zip(before).filter(|(new, old)| **new == of && **old == number).count();
    let mut pairs: Vec<(usize, usize, usize)> = (0..groups)
        .flat_map(|of| (0..groups).map(move |number| (of, number)))
        .map(|(of, number)| (shared(of, number), of, number))
        .collect();
    pairs.sort_by(|a, b| b.0.cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    let mut numbers: Vec<Option<usize>> = vec![None; groups];
    for (_, of, number) in pairs {
        if numbers[of].is_none() && !numbers.contains(&Some(number)) {
            numbers[of] = Some(number);
        }
    }
    group.iter().map(|of| numbers[*of].unwrap_or(*of)).collect()
}

/// All but name and threads.
fn is_alike(one: &Segment, other: &Segment) -> bool {
    let facts = |segment: &Segment| (segment.zone, segment.cost.clone(), segment.persist.clone(), segment.memory, segment.backlog_penalty);
    facts(one) == facts(other)
}

fn place(scenario: &mut Scenario, item: &[Destination], segment: SegmentIndex) {
    for line in item {
        match line {
            Destination::Topic(topic) => scenario.topics[*topic].segment = segment,
            Destination::Queue(queue) => scenario.queues[*queue].segment = segment,
            Destination::Feed(_) => {}
        }
    }
}

fn segment_of(scenario: &Scenario, line: Destination) -> SegmentIndex {
    scenario.segment_of(line).expect("only topics and queues are split")
}

/// Topics and queues, each with the dead-letter queues of its messages, which a broker can only reach on its own segment.
fn items(scenario: &Scenario) -> Vec<Vec<Destination>> {
    let topics = (0..scenario.topics.len()).map(Destination::Topic);
    let mut items: Vec<Vec<Destination>> =
        topics.chain((0..scenario.queues.len()).map(Destination::Queue)).map(|line| vec![line]).collect();
    let of_queues = scenario.queues.iter().enumerate().map(|(index, queue)| (Destination::Queue(index), &queue.line));
    let of_subscribers = scenario.subscribers.iter().map(|subscriber| (subscriber.from, &subscriber.line));
    for (from, line) in of_queues.chain(of_subscribers) {
        let Some(to) = line.policy.dead_letter.map(|queue| Destination::Queue(queue.0 as usize)) else { continue };
        let place = |line: Destination| items.iter().position(|item| item.contains(&line));
        if let (Some(one), Some(other)) = (place(from), place(to))
            && one != other
        {
            let joined = items.remove(one.max(other));
            items[one.min(other)].extend(joined);
        }
    }
    items
}

/// Messages per second that a line hands over.
fn rate_of(scenario: &Scenario, line: Destination) -> f64 {
    let takers = scenario.subscribers.iter().zip(&scenario.traffic.subscribers).filter(|(subscriber, _)| subscriber.from == line);
    takers.map(|(_, rate)| rate).sum()
}

fn delivered(scenario: &Scenario, item: &[Destination]) -> f64 {
    item.iter().map(|line| rate_of(scenario, *line)).sum()
}
