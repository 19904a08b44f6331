//! `summary.md`: what a reviewer needs in a pull request or wiki, with the architecture as Mermaid.

use super::chart::{BOXES_MAX, overview, whole};
use super::export::mermaid::flowchart;
use super::facts::Facts;
use super::text::{command, interval, markdown, run_line, seen, verdict, with_half_width, words};
use crate::outcome::{AssumptionFacts, Metric, ObjectiveResult, Theory};
use crate::units::Unit;

pub fn summary(facts: &Facts) -> String {
    let scenario = &facts.outcome.scenario;
    let busiest = facts.busiest().unwrap_or_default();
    let mut out = format!(
        "# {}\n\n> {}\n\n**{}** {}\n",
        markdown(&scenario.title),
        markdown(&scenario.question),
        markdown(&facts.answer()),
        markdown(&busiest)
    );
    let sections = [
        ("Objectives", objectives(facts)),
        ("Findings", findings(facts)),
        ("End-to-end latency", latencies(facts)),
        ("Systems of record", loads(facts)),
        ("Where the time goes", hops(facts)),
        ("Theory beside simulation", theory(facts)),
        ("Architecture", architecture(facts)),
        ("Assumptions", assumptions(facts)),
        ("How these numbers were made", method(facts)),
        ("How to reproduce", reproduce(facts)),
    ];
    for (title, section) in sections {
        out += &format!("\n## {title}\n\n{section}");
    }
    out
}

fn table(header: &[&str], rows: Vec<Vec<String>>) -> String {
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let head = line(header.iter().map(|name| (*name).to_string()).collect());
    let rule = line(header.iter().map(|_| "---".to_string()).collect());
    head + &rule + &rows.into_iter().map(line).collect::<String>()
}

fn objectives(facts: &Facts) -> String {
    if facts.outcome.objectives.is_empty() {
        return "The scenario sets no objectives.\n".into();
    }
    let row = |objective: &ObjectiveResult| {
        let (shape, word) = verdict(objective.verdict);
        vec![
            format!("{shape} {word}"),
            markdown(&objective.metric),
            markdown(&objective.bound),
            seen(objective),
            markdown(&objective.reason),
        ]
    };
    table(&["Verdict", "Metric", "Objective", "Seen", "Why"], facts.objectives().into_iter().map(row).collect())
}

fn findings(facts: &Facts) -> String {
    match facts.outcome.findings.as_slice() {
        [] => "Nothing stood out.\n".into(),
        all => all.iter().map(|finding| format!("- {}\n", markdown(&finding.sentence))).collect(),
    }
}

fn shown(metric: Option<&Metric>) -> String {
    metric.map_or("-".into(), with_half_width)
}

fn latencies(facts: &Facts) -> String {
    let quantities = ["mean", "p50", "p99"].map(|statistic| format!("end_to_end.{statistic}"));
    let row = |name: &&str| {
        let metrics = quantities.each_ref().map(|quantity| facts.metric("subscriber", name, quantity));
        let p999 = facts.p999(name, with_half_width);
        metrics
            .iter()
            .any(Option::is_some)
            .then(|| std::iter::once(markdown(name)).chain(metrics.map(shown)).chain(std::iter::once(p999)).collect())
    };
    let rows: Vec<Vec<String>> = facts.subscribers.iter().filter_map(row).collect();
    if rows.is_empty() {
        "No end-to-end latency was measured.\n".into()
    } else {
        table(&["Subscriber", "Mean", "p50", "p99", "p99.9"], rows)
    }
}

fn loads(facts: &Facts) -> String {
    if facts.sors.is_empty() {
        return "None is in this outcome.\n".into();
    }
    let is_polled = facts.sors.iter().any(|sor| facts.metric("sor", sor, "polls").is_some());
    let row = |name: &&str| {
        let metric = |quantity: &str| shown(facts.metric("sor", name, quantity));
        let share = facts.sor_peak(name).map_or("-".into(), |peak| Unit::Share.show(peak.callback_share()));
        let polls = facts.sor_peak(name).map_or("-".into(), |peak| Unit::Share.show(peak.poll_share()));
        let mut cells = vec![markdown(name), metric("utilization.mean"), metric("utilization.peak"), share, metric("callbacks")];
        cells.extend(is_polled.then_some(polls).into_iter().chain(is_polled.then(|| metric("polls"))));
        cells.push(metric("own_latency.mean"));
        cells
    };
    let mut header = vec![
        "System of record",
        "Utilization, mean",
        "Utilization, peak",
        "Callbacks' part at the peak",
        "Callbacks",
        "Own users' latency, mean",
    ];
    if is_polled {
        header.splice(5..5, ["Polls' part at the peak", "Polls"]);
    }
    table(&header, facts.sors.iter().map(row).collect())
}

fn hops(facts: &Facts) -> String {
    let mut rows = Vec::new();
    for name in &facts.subscribers {
        let hops = facts.hops(name);
        let total: f64 = hops.iter().map(|hop| hop.mean).sum();
        for hop in hops {
            let share = if total > 0.0 { Unit::Share.show(hop.mean / total) } else { "-".into() };
            let kind = if hop.waiting { "waiting" } else { "work or distance" };
            rows.push(vec![
                markdown(name),
                words(&markdown(&hop.hop)),
                kind.into(),
                Unit::Seconds.show(hop.mean),
                share,
                Unit::Seconds.show(hop.p99),
            ]);
        }
    }
    let (all, most) = (rows.len(), 60);
    rows.truncate(most);
    match all {
        0 => "This outcome has no hops.\n".into(),
        _ => {
            let more = if all > most { format!("\n{} more rows are in outcome.json.\n", all - most) } else { String::new() };
            table(&["Subscriber", "Hop", "Kind", "Mean", "Share of the mean", "p99"], rows) + &more
        }
    }
}

fn theory(facts: &Facts) -> String {
    let row = |theory: &Theory| {
        let metric = facts.named(&theory.metric)?;
        let verdict = if theory.agrees { "agrees" } else { "differs" };
        let kind = if theory.exact { "exact" } else { "approximate" };
        let value = metric.unit.show(theory.value);
        Some(vec![markdown(&theory.metric), markdown(&theory.model), kind.into(), value, with_half_width(metric), verdict.into()])
    };
    let rows: Vec<_> = facts.outcome.theory.iter().filter_map(row).collect();
    match rows.len() {
        0 => "No station of this design is one that a formula knows.\n".into(),
        _ => table(&["Metric", "Model", "Kind", "Theory", "Simulated", "Verdict"], rows),
    }
}

fn method(facts: &Facts) -> String {
    super::method::sentences(facts.outcome).iter().map(|sentence| format!("- {}\n", markdown(sentence))).collect()
}

fn architecture(facts: &Facts) -> String {
    let architecture = &facts.outcome.architecture;
    if architecture.nodes.is_empty() {
        return "This outcome has no architecture.\n".into();
    }
    let all = whole(architecture);
    let (drawing, note) = match all.items.len() {
        many if many > BOXES_MAX => (overview(architecture), format!("{many} boxes, by segment.\n\n")),
        _ => (all, String::new()),
    };
    format!("{note}```mermaid\n{}```\n", flowchart(&drawing.items, &drawing.edges))
}

fn assumptions(facts: &Facts) -> String {
    let row = |fact: &AssumptionFacts| [&fact.source, &fact.path, &fact.value, &fact.note].map(|text| markdown(text)).to_vec();
    let mut all: Vec<_> = facts.outcome.assumptions.iter().collect();
    all.sort_by(|a, b| b.source.cmp(&a.source));
    match all.len() {
        0 => "This outcome lists none.\n".into(),
        _ => table(&["Source", "Setting", "Value", "Note"], all.into_iter().map(row).collect()),
    }
}

fn reproduce(facts: &Facts) -> String {
    let (scenario, run) = (&facts.outcome.scenario, &facts.outcome.run);
    let interval_note = match facts.outcome.metrics.iter().find_map(|metric| interval(metric.unit, metric.low, metric.high)) {
        Some(_) => format!(
            "± is half the {} % interval of the mean over the replications; where that would go beyond what is possible, the interval itself stands.",
            run.confidence * 100.0
        ),
        None => "There are no intervals: they need two replications or more.".into(),
    };
    format!(
        "```sh\n{}\n```\n\n{}. {interval_note} Scenario digest `{}`, core digest `{}`.\n",
        command(facts.outcome),
        markdown(&run_line(facts.outcome)),
        digest(&scenario.digest),
        digest(&run.core_digest)
    )
}

fn digest(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, ':' | '-' | '_')).collect()
}
