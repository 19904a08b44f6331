//! Forecasts, where Erlang's formula says when a station is outgrown.

use crate::run_help::{Nobody, one_line};
use busload::experiment::Refusal;
use busload::experiment::forecast::forecast;
use busload::outcome::forecast::Forecast;
use busload::scenario::{Design, MemoryFiles};
use busload::theory::Mmc;

const RATE: f64 = 1.2;

fn text(bound: &str, growth: &str) -> String {
    let line = one_line("M/M/3", 4000, &format!("rate = \"{RATE}/s\""), "", "workers = 3\nwork = \"exp(1s)\"");
    let asked = format!("[objective]\n\"subscriber.server.end_to_end.mean\" = \"{bound}\"\n{growth}");
    format!("{}\n{asked}", line.replace("replications = 30", "replications = 10"))
}

fn look(text: &str) -> Result<Option<Forecast>, Refusal> {
    let mut files = MemoryFiles::default().with("a.toml", text);
    forecast(&Design::new("a.toml", &mut files, Vec::new()), &Nobody)
}

fn found(text: &str) -> Forecast {
    look(text).unwrap_or_else(|_| panic!("a sound question")).expect("nobody stops it")
}

fn sojourn(load: f64, servers: u32) -> f64 {
    Mmc::new(RATE * load, 1.0, servers).map_or(f64::INFINITY, |station| station.mean_sojourn())
}

/// With 40 % more each year the load is 1.4^(t / 12) after t months.
#[test]
fn an_objective_breaks_in_the_month_that_theory_names_and_the_step_is_as_large_as_it_says() {
    let price = "[price]\ncurrency = \"EUR\"\n\"subscriber.server.workers\" = 50";
    let outcome = found(&text("< 1.5s", &format!("[growth]\nrate = \"40% per year\"\n{price}")));
    let outlook = &outcome.objectives[0];
    let month_of = |load: f64| 12.0 * load.ln() / 1.4_f64.ln();
    let truth = (1..100_000).map(|step| 1.0 + f64::from(step) * 1e-5).find(|load| sojourn(*load, 3) >= 1.5).map(month_of).unwrap();
    let (from, to) = (outlook.months_from.unwrap(), outlook.months_to.unwrap());
    assert!(from <= truth && truth <= to, "{truth} in {from} to {to}");
    assert!(to - from < 6.0, "the interval tells something: {from} to {to}");
    // A year on from the break.
    let load = outcome.fixed_load.unwrap();
    let fewest = (3..20).find(|servers| sojourn(load, *servers) < 1.5).unwrap();
    let fix = &outcome.fixes[0];
    assert_eq!((fix.path.as_str(), fix.from, fix.to), ("subscriber.server.workers", 3, fewest));
    assert_eq!(fix.cost, 50.0 * f64::from(fewest - 3));
}

/// After five years at ten times a year there would be a hundred thousand times the load, whose messages no memory holds. It is not needed to
/// see when an objective breaks.
#[test]
fn absurd_loads_are_not_simulated() {
    let outcome = found(&text("< 1.5s", "[growth]\nrate = \"900% per year\""));
    let outlook = &outcome.objectives[0];
    let truth = (1..100_000).map(|step| 1.0 + f64::from(step) * 1e-4).find(|load| sojourn(*load, 3) >= 1.5).unwrap();
    let month = 12.0 * truth.log10();
    assert!(outlook.months_from.unwrap() <= month && month <= outlook.months_to.unwrap(), "{month}");
    let highest = outcome.points.iter().map(|point| point.values[0].parse::<f64>().unwrap()).fold(0.0, f64::max);
    assert!(highest <= 4.0 * truth, "{highest} times today's load");
}

#[test]
fn what_does_not_break_within_the_years_is_said_not_to() {
    let outcome = found(&text("< 1.5s", "[growth]\nrate = \"1% per year\""));
    assert_eq!(outcome.objectives[0].months_to, None);
    assert_eq!(outcome.conclusion, "No objective is missed within 5 years.");
}

#[test]
fn without_growth_there_is_nothing_to_forecast() {
    let Err(Refusal::Sentence(sentence)) = look(&text("< 1.5s", "")) else { panic!("nothing grows") };
    assert!(sentence.contains("needs growth"), "{sentence}");
}
