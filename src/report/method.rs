//! How the numbers of an outcome were made: what each interval means, what was cut, what errors remain, where inputs come from, what the
//! model leaves out. Sentences for people, the same in every format.

use super::text::{horizon, plain};
use crate::outcome::{Batches, Outcome, RunFacts};
use crate::units::Unit;

/// One page at most, in the order in which a doubter asks.
pub fn sentences(outcome: &Outcome) -> Vec<String> {
    let run = &outcome.run;
    let mut all = vec![replications(run)];
    all.extend(run.batches.as_ref().map(batches));
    if run.replications > 1 {
        all.push(intervals(run));
        all.push("The interval of one run is wider and answers another question: where a single run of this length, or a measurement of it, would fall. From 39 replications on (at 95 %) it is read off the sorted replications themselves, below that it takes them for normal.".into());
        all.push("Few things counted in all replications together (fewer than 30) have the exact Poisson interval beside that of their spread, whichever is wider: none seen does not mean that there never is one.".into());
    }
    all.push(kind(run));
    all.push(warm_up(run));
    all.push(format!(
        "Percentiles are of each replication, from histograms whose relative error is at most {}; curves pool all replications. A peak is the largest mean over an aligned five minutes.",
        Unit::Share.show(run.histogram_error)
    ));
    all.push("Latency counts from the intended time of the change, also where the publisher was held up. What was not shown at the end has no latency and is counted as unfinished.".into());
    all.extend(theory(outcome));
    all.extend(sources(outcome));
    all.push("The broker's decisions are those of real broker code that is executed; what an operation costs comes from the scenario, and what the scenario gives no cost is free.".into());
    all.push("Left out: pauses of runtimes and operating systems, clustering and mirroring of brokers, users who react to delays, and everything that the scenario does not describe.".into());
    all
}

fn replications(run: &RunFacts) -> String {
    let span = horizon(run.horizon_s);
    match (run.replications, &run.precision) {
        (1, _) if run.batches.is_some() => format!("One replication of {span}."),
        (1, _) => format!("One replication of {span}. There are no intervals: they need two or more."),
        (n, None) => format!("{n} independent replications of {span}, each with random streams of its own."),
        (n, Some(precision)) => format!(
            "{n} independent replications of {span}, each with random streams of its own; as many as it took for the objective that is known worst to be known to {}{}.",
            Unit::Share.show(precision.wanted),
            if precision.is_missed() { ", or as one study may take" } else { "" }
        ),
    }
}

fn batches(batches: &Batches) -> String {
    let without = match batches.too_short.len() {
        0 => "all have one",
        1 => "one mean has none",
        _ => "some means have none",
    };
    format!(
        "What was measured is cut into {} batches, and intervals of means are Student's t over these, where neighbors are not correlated (von Neumann's ratio, 5 %) and batches differ by less than half their mean: {without}. Percentiles, extremes and counts of a single run have no interval: they need replications.",
        batches.count
    )
}

fn intervals(run: &RunFacts) -> String {
    format!(
        "An interval holds the mean over replications with {} % confidence (Student t over replications, which are independent; messages within one are not). An objective is met or missed when the whole interval is within or beyond its bound, otherwise undecided.",
        run.confidence * 100.0
    )
}

fn kind(run: &RunFacts) -> String {
    match run.kind.as_str() {
        "steady" => "Averages are long-run averages; stations whose lines grow have none, and none is shown for them.".into(),
        _ => "The run ends: figures are those of such a day from its start, averaged over replications, not long-run averages.".into(),
    }
}

fn warm_up(run: &RunFacts) -> String {
    let how = match run.warm_up_by.as_str() {
        "mser5" => "found by MSER-5 on the number of changes under way, at least a twentieth of the run",
        "fixed" => "as the scenario says",
        other => other,
    };
    match run.warm_up_s {
        cut if cut > 0.0 => format!("The first {} are warm-up and not measured ({}).", Unit::Seconds.show(cut), plain(how)),
        _ => "Nothing is cut as warm-up; the run starts empty.".to_string(),
    }
}

fn theory(outcome: &Outcome) -> Option<String> {
    let (all, agreeing) = (outcome.theory.len(), outcome.theory.iter().filter(|theory| theory.agrees).count());
    (all > 0).then(|| {
        format!(
            "Formulas know {all} of these figures, and {agreeing} agree: exact ones within the 99.9 % interval, approximate ones within 15 % more."
        )
    })
}

fn sources(outcome: &Outcome) -> Option<String> {
    let count = |source: &str| outcome.assumptions.iter().filter(|fact| fact.source == source).count();
    let all = outcome.assumptions.len();
    (all > 0).then(|| {
        format!(
            "Of the inputs that the scenario accounts for, {} are measured, {} calibrated and {} assumed; no interval contains the error of an input.",
            count("measured"),
            count("calibrated"),
            count("assumed")
        )
    })
}
