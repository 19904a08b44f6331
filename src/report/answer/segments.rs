//! Segments, told: what is on which, what each further one gains, what losing one costs.

use super::{Answer, Block, Cell, Chart, Table};
use crate::outcome::adverse::Condition;
use crate::outcome::compare::{Difference, Seen};
use crate::outcome::segments::{Proposal, SegmentsOutcome, Share};
use crate::outcome::sweep::{Axis, Point, Sweep};
use crate::outcome::{Metric, Verdict};
use crate::report::chart::curve;
use crate::report::text::{quoted, verdict};
use crate::units::{Unit, three_digits};

/// Charts of so many metrics.
const CHARTS: usize = 6;
/// The figure that the segments of a proposal have together.
const FULLEST: &str = "fullest segment, utilization.peak";

pub fn segments(outcome: &SegmentsOutcome) -> Answer {
    let mut blocks = vec![Block::Heading("Segments".into()), Block::Table(proposals(outcome))];
    blocks.extend([Block::Heading("What is on which".into()), Block::Table(assignment(outcome))]);
    blocks.extend([Block::Heading("What each further segment gains".into()), Block::Table(gains(outcome))]);
    blocks.extend([Block::Heading("Every segment, and what goes with it when it is lost".into()), Block::Table(shares(outcome))]);
    blocks.extend([Block::Heading("What stays together, and what it asks of a segment".into()), Block::Table(parts(outcome))]);
    let sweep = as_sweep(outcome);
    let panels = names(outcome).into_iter().filter_map(|name| Some((curve::panel(&sweep, &name)?, name)));
    for (index, (panel, name)) in panels.take(CHARTS).enumerate() {
        if index == 0 {
            blocks.push(Block::Heading("Over the number of segments".into()));
        }
        blocks.push(Block::Chart(Chart::of_panel(&format!("segments_{}_{name}", index + 1), panel)));
    }
    blocks.extend(outcome.left_out.iter().map(|left_out| Block::Text(format!("Left out: {left_out}."))));
    let has_objectives = outcome.proposals.iter().any(|proposal| !proposal.point.objectives.is_empty());
    Answer {
        command: "segments",
        title: format!("{}: which topics and queues belong together?", outcome.scenario.title),
        question: outcome.scenario.question.clone(),
        conclusion: outcome.conclusion.clone(),
        tone: has_objectives.then(|| if outcome.enough.is_some() { Verdict::Met } else { Verdict::Missed }),
        blocks,
        method: method(outcome),
        reproduce: reproduce(outcome),
    }
}

fn all(outcome: &SegmentsOutcome) -> impl Iterator<Item = &Proposal> {
    outcome.as_is.iter().chain(&outcome.proposals)
}

fn is_as_is(outcome: &SegmentsOutcome, proposal: &Proposal) -> bool {
    outcome.as_is.as_ref().is_some_and(|as_is| std::ptr::eq(as_is, proposal))
}

fn label(outcome: &SegmentsOutcome, proposal: &Proposal) -> Cell {
    let count = proposal.segments;
    let text = if is_as_is(outcome, proposal) { format!("{count}, as it is") } else { count.to_string() };
    Cell::number(text, f64::from(count))
}

/// The fullest of its segments, simulated.
fn fullest(proposal: &Proposal) -> Option<&Metric> {
    let of = |share: &Share| proposal.point.metric(&format!("segment.{}.utilization.peak", share.name));
    proposal.shares.iter().filter_map(of).max_by(|a, b| a.point.total_cmp(&b.point))
}

fn share(value: f64) -> Cell {
    Cell::number(Unit::Share.show(value), value)
}

fn proposals(outcome: &SegmentsOutcome) -> Table {
    let columns = [
        "Segments#",
        "Objectives",
        "Fullest#",
        "~Fullest, by arithmetic#",
        "One lost: stops#",
        "missed#",
        "drained in#",
        "recovers",
        "Chains torn#",
        "Cost#",
        "~Ways",
    ];
    let mut table = Table::new(&columns, 16);
    for proposal in all(outcome) {
        let (shape, word) = verdict(proposal.point.verdict);
        let objectives = if proposal.point.objectives.is_empty() { "-".into() } else { format!("{shape} {word}") };
        let reckoned = proposal.shares.iter().map(|share| share.load_peak).fold(0.0, f64::max);
        let blast = proposal.shares.iter().map(|share| share.blast).fold(0.0, f64::max);
        let losing = proposal.losing.as_ref();
        table.row(vec![
            label(outcome, proposal),
            Cell::text(objectives),
            fullest(proposal).map_or(Cell::text("-"), |metric| share(metric.point)),
            share(reckoned),
            share(blast),
            losing.map_or(Cell::text("-"), |losing| Cell::number(Unit::Count.show(losing.missed), losing.missed)),
            losing.map_or(Cell::text("-"), super::adverse::drain),
            Cell::text(losing.map_or("-", recovers)),
            Cell::number(Unit::PerSecond.show(proposal.torn), proposal.torn),
            proposal.cost.map_or(Cell::text("-"), |cost| Cell::number(outcome.cost_unit.show(cost), cost)),
            Cell::text(if proposal.is_exact { "all" } else { "searched" }),
        ]);
    }
    table
}

fn recovers(losing: &Condition) -> &'static str {
    match losing.recovers {
        Some(true) => "yes",
        Some(false) if losing.is_metastable => "NO, stays",
        Some(false) => "not yet",
        None => "-",
    }
}

/// A row for each topic and queue, a column for each number of segments.
fn assignment(outcome: &SegmentsOutcome) -> Table {
    let mut columns = vec!["Topic or queue".to_string()];
    columns.extend(all(outcome).map(|proposal| match is_as_is(outcome, proposal) {
        true => "as it is".to_string(),
        false => format!("of {}", proposal.segments),
    }));
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    let mut table = Table::new(&columns, 24);
    for line in outcome.parts.iter().flat_map(|part| &part.lines) {
        let on = |proposal: &Proposal| {
            let share = proposal.shares.iter().find(|share| share.lines.contains(line));
            Cell::text(share.map_or("-", |share| share.name.as_str()))
        };
        table.row(std::iter::once(Cell::text(line)).chain(all(outcome).map(on)).collect());
    }
    table
}

/// What is told from noise first, each step's largest first.
fn gains(outcome: &SegmentsOutcome) -> Table {
    let mut table = Table::new(&["Segments#", "Metric", "Before#", "After#", "~Difference#", "~from", "~to", "Seen"], 16);
    let share = |gain: &Difference| if gain.first != 0.0 { (gain.difference / gain.first).abs() } else { gain.difference.abs() };
    let is_seen = |gain: &Difference| matches!(gain.seen, Seen::Higher | Seen::Lower);
    for proposal in &outcome.proposals {
        let mut gains: Vec<&Difference> = proposal.gains.iter().filter(|gain| gain.seen != Seen::Same).collect();
        gains.sort_by(|a, b| is_seen(b).cmp(&is_seen(a)).then(share(b).total_cmp(&share(a))));
        for gain in gains {
            let number = |value: f64| Cell::number(gain.unit.show(value), value);
            let signed =
                |value: f64| Cell::number(format!("{}{}", if value < 0.0 { "-" } else { "+" }, gain.unit.show(value.abs())), value);
            table.row(vec![
                Cell::number(proposal.segments.to_string(), f64::from(proposal.segments)),
                Cell::text(&gain.metric),
                number(gain.first),
                number(gain.other),
                signed(gain.difference),
                gain.low.map_or(Cell::text("-"), signed),
                gain.high.map_or(Cell::text("-"), signed),
                Cell::text(seen(gain.seen)),
            ]);
        }
    }
    table
}

fn seen(seen: Seen) -> &'static str {
    match seen {
        Seen::Higher => "higher",
        Seen::Lower => "lower",
        Seen::Same => "the same",
        Seen::NoDifferenceSeen => "none seen",
    }
}

fn shares(outcome: &SegmentsOutcome) -> Table {
    let mut table = Table::new(
        &["Segments#", "Segment", "Like", "Threads#", "Load at the peak#", "Of all deliveries#", "Subscribers", "Topics and queues"],
        0,
    );
    for proposal in all(outcome) {
        for each in &proposal.shares {
            table.row(vec![
                label(outcome, proposal),
                Cell::text(&each.name),
                Cell::text(&each.like),
                Cell::number(each.threads.to_string(), f64::from(each.threads)),
                share(each.load_peak),
                share(each.blast),
                Cell::text(each.subscribers.join(", ")),
                Cell::text(each.lines.join(", ")),
            ]);
        }
    }
    table
}

fn parts(outcome: &SegmentsOutcome) -> Table {
    let mut table = Table::new(&["Topics and queues", "Load at the peak#", "Messages handed over#"], 0);
    for part in &outcome.parts {
        table.row(vec![
            Cell::text(part.lines.join(", ")),
            share(part.load_peak),
            Cell::number(Unit::PerSecond.show(part.delivered), part.delivered),
        ]);
    }
    table
}

/// Objectives first, then the fullest segment, then latencies that some step moves.
fn names(outcome: &SegmentsOutcome) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut add = |name: &str| {
        if names.iter().all(|other| other != name) {
            names.push(name.into());
        }
    };
    for objective in
        outcome.proposals.iter().flat_map(|proposal| &proposal.point.objectives).filter(|objective| objective.unit == Unit::Seconds)
    {
        add(&objective.metric);
    }
    add(FULLEST);
    let moved = |gain: &&Difference| matches!(gain.seen, Seen::Higher | Seen::Lower) && gain.metric.ends_with(".end_to_end.p99");
    for gain in outcome.proposals.iter().flat_map(|proposal| &proposal.gains).filter(moved) {
        add(&gain.metric);
    }
    names
}

/// The proposals as a sweep over the number of segments, for its charts.
fn as_sweep(outcome: &SegmentsOutcome) -> Sweep {
    let point = |proposal: &Proposal| {
        let mut point: Point = proposal.point.clone();
        point.metrics.extend(fullest(proposal).map(|metric| Metric { name: FULLEST.into(), ..metric.clone() }));
        point
    };
    let values: Vec<String> = outcome.proposals.iter().map(|proposal| proposal.segments.to_string()).collect();
    let numbers = Some(outcome.proposals.iter().map(|proposal| f64::from(proposal.segments)).collect());
    Sweep {
        schema: String::new(),
        conclusion: String::new(),
        scenario: outcome.scenario.clone(),
        axes: vec![Axis { path: "Segments".into(), values, numbers }],
        points: outcome.proposals.iter().map(point).collect(),
        knees: Vec::new(),
        partial: outcome.partial,
    }
}

fn method(outcome: &SegmentsOutcome) -> Vec<String> {
    let confidence = outcome.confidence * 100.0;
    vec![
        "A topic or queue stays with the dead-letter queues of its messages, and among segments that differ in nothing but name and threads; a further segment is a copy of the largest of these.".into(),
        "The fullest segment is as little full as can be in its worst five minutes, by arithmetic, give or take a twentieth; of such splits the one that tears apart fewest chains of derived events, then the most even one.".into(),
        format!(
            "Every split is simulated, {} replications with the same random numbers; a gain is a paired difference from the split before, all of one step with {confidence} % at once ({} % each at least).",
            outcome.run.replications,
            three_digits(outcome.confidence_each * 100.0)
        ),
        "Fullest: the fullest segment in its worst five minutes. One lost: the segment with most deliveries, with the share of all of them that it carries; it is simulated lost for an hour (in short runs a sixth of the run) around the busiest time.".into(),
        "An objective on a segment is asked of all segments of its kind.".into(),
    ]
}

fn reproduce(outcome: &SegmentsOutcome) -> String {
    let most = outcome.proposals.last().map_or(8, |last| last.segments);
    let option = |(path, value): (&String, &String)| format!(" --set {}", quoted(&format!("{path}={value}")));
    format!(
        "busload segments {} --up-to {most}{}",
        quoted(&outcome.scenario.file),
        outcome.scenario.settings.iter().map(option).collect::<String>()
    )
}
