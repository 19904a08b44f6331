//! From a scenario's text to figures, and figures against truth.

use busload::experiment::{self, Watch};
use busload::outcome::{Metric, Outcome};
use busload::scenario::{self, MemoryFiles, Scenario};
use busload::stats::t_quantile;

/// Standard errors that a sound figure may be away from the truth.
pub const FAR: f64 = 3.5;

/// Nobody looks on, nobody stops it.
pub struct Nobody;

impl Watch for Nobody {
    fn expect(&self, _: u32) {}
    fn done(&self, _: u64) {}
    fn stopped(&self) -> bool {
        false
    }
}

/// The scenario that a text describes.
pub fn scenario(text: &str) -> Scenario {
    scenario_set(text, &[])
}

/// The same with settings over it.
pub fn scenario_set(text: &str, settings: &[(&str, &str)]) -> Scenario {
    let settings: Vec<(String, String)> = settings.iter().map(|(path, value)| (path.to_string(), value.to_string())).collect();
    scenario::load("a.toml", &mut MemoryFiles::default().with("a.toml", text), &settings).unwrap_or_else(|problems| panic!("{problems}"))
}

/// What the simulation of a text finds.
pub fn run(text: &str) -> Outcome {
    outcome(&scenario(text))
}

/// What the simulation of a scenario finds.
pub fn outcome(scenario: &Scenario) -> Outcome {
    experiment::run(scenario, &Nobody).expect("nobody stops it")
}

/// A metric that must be there.
pub fn metric<'o>(outcome: &'o Outcome, name: &str) -> &'o Metric {
    outcome.metric(name).unwrap_or_else(|| panic!("there is no {name}"))
}

/// A metric's value.
pub fn point(outcome: &Outcome, name: &str) -> f64 {
    metric(outcome, name).point
}

/// The simulation agrees with the truth as far as its own replications let it tell.
pub fn agrees(outcome: &Outcome, name: &str, truth: f64) {
    let metric = metric(outcome, name);
    let (Some(low), Some(high)) = (metric.low, metric.high) else { panic!("{name} has no interval") };
    near(outcome, name, metric.point, (high - low) / 2.0, metric.n, truth);
}

/// The same for each of several metrics.
pub fn agree(outcome: &Outcome, truths: &[(&str, f64)]) {
    for (name, truth) in truths {
        agrees(outcome, name, *truth);
    }
}

/// The same for a step of a series.
pub fn agrees_in_step(outcome: &Outcome, name: &str, step: usize, truth: f64) {
    let series = outcome.series.iter().find(|series| series.name == name).unwrap_or_else(|| panic!("there is no series {name}"));
    let half_width = (series.high[step] - series.low[step]) / 2.0;
    near(outcome, &format!("{name} in step {step}"), series.mean[step], half_width, outcome.run.replications, truth);
}

/// The half-width of a Student interval says what the standard error is.
fn near(outcome: &Outcome, name: &str, point: f64, half_width: f64, n: u32, truth: f64) {
    let t = t_quantile(0.5 + outcome.run.confidence / 2.0, f64::from(n) - 1.0).expect("two replications or more");
    let z = (point - truth) / (half_width / t);
    println!("z {z:6.2}  {name} = {point:.6} of {truth:.6}  {}", outcome.scenario.title);
    assert!(z.abs() <= FAR || point == truth, "{}: {name} is {point}, in truth {truth}: z = {z:.2}", outcome.scenario.title);
}

/// A steady run of 30 replications, of which the first tenth is warm-up.
pub fn steady(title: &str, seconds: u32) -> String {
    let warm_up = seconds / 10;
    format!(
        "title = \"{title}\"\n[run]\nkind = \"steady\"\nhorizon = \"{seconds}s\"\nwarm_up = \"{warm_up}s\"\nreplications = 30\nseed = 11\n"
    )
}

/// One event, one queue, one subscriber on a bus that costs nothing; each with further keys.
pub fn one_line(title: &str, seconds: u32, event: &str, line: &str, server: &str) -> String {
    let run = steady(title, seconds);
    format!(
        r#"{run}
        [sor.source]
        [event.customer]
        from = "source"
        to = "line"
        {event}
        [segment.bus]
        [queue.line]
        segment = "bus"
        {line}
        [subscriber.server]
        from = "line"
        {server}
        "#
    )
}
