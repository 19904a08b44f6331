//! The validation bar as commands: `cargo run --release --example validate -- PART...` with parts 1 to 8 or `all`.
//!
//! 1 exact traces, 2 unbiased, 3 coverage, 4 width, 5 warm-up, 6 laws, 7 transients, 8 reality. Each prints its tables; `all` also writes
//! them to `docs/validation.md`, which says nothing of the machine or the day; `--write` puts the parts that were run into their places there. `--runs N` are the experiments of coverage (1000), `--share S` shortens the
//! runs of parts 2 and 6.
//! `--case ID` runs these cases of parts 2 and 7 alone, `--seed N` from another seed.
//! Reality needs the measurements beside the repository (`../shared/measurements/rabbitmq`) and says so where they are missing.

mod cases;
mod coverage;
mod exact;
mod judge;
mod laws;
mod networks;
mod outages;
mod reality;
mod table;
mod unbiased;

use table::Report;

/// Its number and what it does.
type Part<'p> = (&'p str, &'p dyn Fn(&mut Report));

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let option = |name: &str| words.iter().position(|word| word == name).and_then(|at| words.get(at + 1)?.parse::<f64>().ok());
    let runs = option("--runs").map_or(1000, |runs| runs as u32);
    let share = option("--share").unwrap_or(1.0);
    let seed = option("--seed").map_or(unbiased::SEED, |seed| seed as u64);
    let only = words.iter().position(|word| word == "--case").and_then(|at| words.get(at + 1)).map_or("", |id| id);
    let wanted = |part: &str| words.iter().any(|word| word == part || word == "all");
    let mut report = Report::default();
    let parts: [Part<'_>; 8] = [
        ("1", &exact::part),
        ("2", &|report| unbiased::part(report, unbiased::Choice { share, seed, only })),
        ("3", &|report| coverage::part(report, runs)),
        ("4", &|report| coverage::width(report, runs)),
        ("5", &|report| coverage::warm_up(report, (runs / 5).max(2))),
        ("6", &|report| laws::part(report, share)),
        ("7", &|report| unbiased::transients(report, unbiased::Choice { share, seed, only })),
        ("8", &reality::part),
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
    if wanted("all") || words.iter().any(|word| word == "--write") {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/validation.md");
        let present = std::fs::read_to_string(path).unwrap_or_default();
        std::fs::write(path, report.page(&present)).unwrap_or_else(|error| panic!("{path}: {error}"));
    }
    std::process::exit(i32::from(!report.passed()));
}
