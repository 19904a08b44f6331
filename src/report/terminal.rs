//! The summary in a terminal: at most 100 columns and 39 lines, whatever the outcome holds.
//!
//! Every section shows its worst entries and says how many more there are; if the whole is too long, all sections shrink together.

use super::facts::Facts;
use super::text::{cut, plain, run_line, seen, verdict, with_half_width, words};
use crate::outcome::{Hop, ObjectiveResult, Outcome, Theory, Verdict};
use crate::units::Unit;

pub const WIDTH: usize = 100;
/// One less than a small terminal has: where the report is comes below.
const HEIGHT: usize = 39;

/// The largest summary that fits. Color only adds: every verdict is a word and a shape too.
pub fn terminal(outcome: &Outcome, color: bool) -> String {
    let facts = &Facts::of(outcome);
    let fits = |lines: &Vec<String>| lines.len() <= HEIGHT;
    let lines =
        (1..=10).rev().map(|rows| lines(facts, rows)).find(fits).unwrap_or_else(|| lines(facts, 1).into_iter().take(HEIGHT).collect());
    let mut out = String::new();
    for line in lines {
        let line = cut(&line, WIDTH);
        out += &if color { colored(&line) } else { line };
        out.push('\n');
    }
    out
}

fn lines(facts: &Facts, rows: usize) -> Vec<String> {
    let scenario = &facts.outcome.scenario;
    let mut lines = vec![plain(&scenario.title), plain(&scenario.question), String::new()];
    lines.extend(wrapped(&facts.answer(), "", 2));
    lines.extend(facts.busiest());
    let sections = [
        objectives(facts, rows),
        latencies(facts, rows),
        loads(facts, rows.min(4)),
        hops(facts, rows.min(4)),
        findings(facts, rows.min(6)),
        theory(facts, rows),
    ];
    for section in sections.into_iter().filter(|section| !section.is_empty()) {
        lines.push(String::new());
        lines.extend(section);
    }
    lines.push(String::new());
    lines.push(run_line(facts.outcome));
    lines
}

fn objectives(facts: &Facts, rows: usize) -> Vec<String> {
    let all = facts.objectives();
    let row = |objective: &&ObjectiveResult| {
        let (shape, word) = verdict(objective.verdict);
        let metric = cut(&plain(&objective.metric), 44);
        format!("{shape} {word:<9}  {metric:<44} {:<12} {}", cut(&plain(&objective.bound), 12), seen(objective))
    };
    let mut lines: Vec<String> = all.iter().take(rows).map(row).collect();
    if all.len() > rows {
        lines.push(format!(
            "  … {} more: {} met, {} missed, {} undecided of {} in all",
            all.len() - rows,
            facts.count(Verdict::Met),
            facts.count(Verdict::Missed),
            facts.count(Verdict::Undecided),
            all.len()
        ));
    }
    lines
}

fn latencies(facts: &Facts, rows: usize) -> Vec<String> {
    let named: Vec<&str> =
        facts.subscribers.iter().copied().filter(|name| facts.metric("subscriber", name, "end_to_end.mean").is_some()).collect();
    if named.is_empty() {
        return vec!["No end-to-end latency was measured.".into()];
    }
    let mut lines =
        vec![format!("{:<30} {:>10} {:>10} {:>22} {:>10} {:>12}", "End-to-end latency", "mean", "p50", "p99", "p99.9", "peak util.")];
    for name in named.iter().take(rows) {
        let show =
            |quantity: &str| facts.metric("subscriber", name, quantity).map_or("-".to_string(), |metric| metric.unit.show(metric.point));
        let p99 = facts.metric("subscriber", name, "end_to_end.p99").map_or("-".to_string(), with_half_width);
        let (mean, p50) = (show("end_to_end.mean"), show("end_to_end.p50"));
        let p999 = facts.p999(name, |metric| metric.unit.show(metric.point));
        lines.push(format!("  {:<28} {mean:>10} {p50:>10} {p99:>22} {p999:>10} {:>12}", cut(&plain(name), 28), show("utilization.peak")));
    }
    if named.len() > rows {
        lines.push(format!("  … {} more, all with a lower p99", named.len() - rows));
    }
    lines
}

fn loads(facts: &Facts, rows: usize) -> Vec<String> {
    if facts.sors.is_empty() {
        return Vec::new();
    }
    let mut lines =
        vec![format!("{:<30} {:>10} {:>10} {:>22} {:>10}", "System of record", "mean", "peak", "callbacks at the peak", "own users")];
    for sor in facts.sors.iter().take(rows) {
        let show = |quantity: &str| facts.metric("sor", sor, quantity).map_or("-".to_string(), |metric| metric.unit.show(metric.point));
        let share = match facts.sor_peak(sor).map(|peak| (peak.callback_share(), peak.poll_share())) {
            Some((callbacks, polls)) if polls > 0.0 => {
                format!("{}, polls {}", Unit::Share.show(callbacks), Unit::Share.show(polls))
            }
            Some((callbacks, _)) if callbacks > 0.0 => format!("{} of its load", Unit::Share.show(callbacks)),
            _ => "-".into(),
        };
        let (mean, peak, own) = (show("utilization.mean"), show("utilization.peak"), show("own_latency.mean"));
        lines.push(format!("  {:<28} {mean:>10} {peak:>10} {share:>22} {own:>10}", cut(&plain(sor), 28)));
    }
    if facts.sors.len() > rows {
        lines.push(format!("  … {} more, all less busy", facts.sors.len() - rows));
    }
    lines
}

fn hops(facts: &Facts, rows: usize) -> Vec<String> {
    let with: Vec<(&str, Vec<&Hop>)> =
        facts.subscribers.iter().map(|name| (*name, facts.hops(name))).filter(|(_, hops)| !hops.is_empty()).collect();
    if with.is_empty() {
        return Vec::new();
    }
    let mut lines = vec!["Where the time goes (█ waiting, ░ work and distance; share of the mean)".to_string()];
    for (name, hops) in with.iter().take(rows) {
        let total: f64 = hops.iter().map(|hop| hop.mean).sum();
        let share = |part: f64| if total > 0.0 { part / total } else { 0.0 };
        let waiting = share(hops.iter().filter(|hop| hop.waiting).map(|hop| hop.mean).sum());
        let filled = (waiting * 16.0).round().clamp(0.0, 16.0) as usize;
        let mut largest = hops.clone();
        largest.sort_by(|a, b| b.mean.total_cmp(&a.mean));
        let top: Vec<String> =
            largest.iter().take(3).map(|hop| format!("{} {}", words(&hop.hop), Unit::Share.show(share(hop.mean)))).collect();
        lines.push(format!("  {:<28} {}{} {}", cut(&plain(name), 28), "█".repeat(filled), "░".repeat(16 - filled), top.join(", ")));
    }
    if with.len() > rows {
        lines.push(format!("  … {} more", with.len() - rows));
    }
    lines
}

/// One line: the most telling of the figures that a formula knows too, one that differs first.
/// Where lines are scarce, agreement need not be said.
fn theory(facts: &Facts, rows: usize) -> Vec<String> {
    let all = &facts.outcome.theory;
    if rows < 5 && all.iter().all(|theory| theory.agrees) {
        return Vec::new();
    }
    let telling =
        |theory: &&Theory| (theory.agrees, !theory.exact, !theory.metric.ends_with(".mean"), theory.metric.contains("utilization"));
    let Some(first) = all.iter().min_by_key(telling) else { return Vec::new() };
    let Some(metric) = facts.named(&first.metric) else { return Vec::new() };
    let agreeing = all.iter().filter(|theory| theory.agrees).count();
    let (value, simulated) = (metric.unit.show(first.value), with_half_width(metric));
    vec![
        format!("Theory agrees with {agreeing} of {} figures that it knows:", all.len()),
        format!("  {} says {} = {value}, simulated {simulated}", plain(&first.model), plain(&first.metric)),
    ]
}

fn findings(facts: &Facts, rows: usize) -> Vec<String> {
    let all = &facts.outcome.findings;
    let mut lines: Vec<String> =
        all.iter().take(rows).flat_map(|finding| wrapped(&finding.sentence, "• ", if rows > 3 { 4 } else { 2 })).collect();
    if all.len() > rows {
        lines.push(format!("  … {} more findings in the report", all.len() - rows));
    }
    lines
}

/// The sentence over at most so many lines, cut at words where it can be.
pub fn wrapped(sentence: &str, mark: &str, most: usize) -> Vec<String> {
    let indent = " ".repeat(mark.chars().count());
    let mut lines = vec![mark.to_string()];
    for word in plain(sentence).split_whitespace() {
        let last = lines.last_mut().expect("there is a first line");
        if last.chars().count() + 1 + word.chars().count() > WIDTH && last.trim() != mark.trim() {
            lines.push(format!("{indent}{word}"));
        } else {
            let gap = if last.is_empty() || last.ends_with(' ') { "" } else { " " };
            *last += &format!("{gap}{word}");
        }
    }
    if lines.len() > most {
        lines.truncate(most);
        let last = lines.last_mut().expect("there is a last line");
        *last = cut(&format!("{last} {}", "…".repeat(2)), WIDTH).replace("……", "…");
    }
    lines
}

fn colored(line: &str) -> String {
    let code = match line.chars().next() {
        Some('✔') => "32",
        Some('✘') => "31",
        Some('?') => "33",
        _ => return line.to_string(),
    };
    let split = line.char_indices().nth(11).map_or(line.len(), |(at, _)| at);
    format!("\u{1b}[{code}m{}\u{1b}[0m{}", &line[..split], &line[split..])
}
