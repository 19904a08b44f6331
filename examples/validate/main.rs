//! The validation bar as commands: `cargo run --release --example validate -- PART...` with parts 1 to 8 or `all`.
//!
//! 1 exact traces, 2 unbiased, 3 coverage, 4 width, 5 warm-up, 6 laws, 7 transients, 8 reality. Each prints its tables; `all` also writes
//! them to `docs/validation.md`, which says nothing of the machine or the day; `--write` puts the parts that were run into their places there. `--runs N` are the experiments of coverage (1000), `--share S` shortens the
//! runs of parts 2 and 6.
//! `--case ID` runs these cases of parts 2, 7 and 8 alone, `--seed N` from another seed. `--points DIR` takes the measured points of part 8
//! from another folder, `--texts DIR` writes their predictions there as scenarios for `busload run`.
//! Reality needs the measurements beside the repository (`../shared/measurements/rabbitmq`) and says so where they are missing.

mod cases;
mod coverage;
mod exact;
mod figures;
mod judge;
mod laws;
mod levels;
mod networks;
mod outages;
mod point;
mod reality;
mod table;
mod unbiased;

use std::path::Path;
use table::Report;

/// Words without and with a value behind them.
fn arguments() -> (Vec<String>, Vec<(String, String)>) {
    let (mut words, mut options) = (Vec::new(), Vec::new());
    let mut rest = std::env::args().skip(1);
    while let Some(word) = rest.next() {
        match word.starts_with("--") && word != "--write" {
            true => options.push((word, rest.next().unwrap_or_default())),
            false => words.push(word),
        }
    }
    (words, options)
}

/// Its number and what it does.
type Part<'p> = (&'p str, &'p dyn Fn(&mut Report));

fn main() {
    let (parts_wanted, options) = arguments();
    let option = |name: &str| options.iter().find(|(option, _)| option == name).map(|(_, value)| value.as_str());
    let number = |name: &str| option(name).and_then(|value| value.parse::<f64>().ok());
    let runs = number("--runs").map_or(1000, |runs| runs as u32);
    let share = number("--share").unwrap_or(1.0);
    let seed = number("--seed").map_or(unbiased::SEED, |seed| seed as u64);
    let only = option("--case").unwrap_or("");
    let path = |name: &str| option(name).map(Path::new);
    let wanted = |part: &str| parts_wanted.iter().any(|word| word == part || word == "all");
    let mut report = Report::default();
    let parts: [Part<'_>; 8] = [
        ("1", &exact::part),
        ("2", &|report| unbiased::part(report, unbiased::Choice { share, seed, only })),
        ("3", &|report| coverage::part(report, runs)),
        ("4", &|report| coverage::width(report, runs)),
        ("5", &|report| coverage::warm_up(report, runs)),
        ("6", &|report| laws::part(report, share)),
        ("7", &|report| unbiased::transients(report, unbiased::Choice { share, seed, only })),
        ("8", &|report| reality::part(report, reality::Choice { points: path("--points"), texts: path("--texts"), only })),
    ];
    let chosen: Vec<_> = parts.iter().filter(|(name, _)| wanted(name)).collect();
    if chosen.is_empty() {
        eprintln!("which part? 1 to 8, or all");
        std::process::exit(2);
    }
    for (_, part) in &chosen {
        part(&mut report);
        report.end_of_part();
    }
    if wanted("all") || parts_wanted.iter().any(|word| word == "--write") {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/validation.md");
        let present = std::fs::read_to_string(path).unwrap_or_default();
        std::fs::write(path, report.page(&present)).unwrap_or_else(|error| panic!("{path}: {error}"));
    }
    std::process::exit(i32::from(!report.passed()));
}
