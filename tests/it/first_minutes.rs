//! The first minutes: a starter, what is here, help, did-you-mean, explanations, completions, the guide.

use crate::commands::{busload, folder, is_wrong, names};
use crate::designs::BARE;
use crate::faults::shell;
use busload::scenario::language::{Kind, LANGUAGE};
use busload::scenario::{HOPS, QUANTITIES, STATISTICS, metric_catalog};
use std::fs;
use tempfile::TempDir;

const TEMPLATES: [&str; 5] = ["ticketing", "light-or-heavy", "feed", "segments", "outage"];
const COMMANDS: [&str; 17] = [
    "new",
    "check",
    "run",
    "compare",
    "sweep",
    "limit",
    "size",
    "adverse",
    "forecast",
    "segments",
    "sensitivity",
    "report",
    "export",
    "explain",
    "schema",
    "completions",
    "man",
];

fn empty() -> TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn every_starter_runs_as_it_is() {
    for template in TEMPLATES {
        let folder = empty();
        let made = busload(&folder, &format!("new design.toml --template {template}"));
        assert_eq!((made.code, made.stderr.as_str()), (0, ""), "{template}");
        assert!(made.stdout.contains("busload run design.toml"), "{}", made.stdout);
        let text = fs::read_to_string(folder.path().join("design.toml")).unwrap();
        assert!(text.starts_with('#') && text.contains("busload run design.toml") && !text.contains("FILE"), "{template}");
        let checked = busload(&folder, "check design.toml");
        assert_eq!((checked.code, checked.stderr.as_str()), (0, ""), "{template}: {}", checked.stdout);
        let done = busload(&folder, "run design.toml");
        assert_eq!((done.code, done.stderr.as_str()), (0, ""), "{template}: {}", done.stdout);
        assert!(folder.path().join("reports/design/report.html").exists());
    }
}

/// What a starter's comments tell to try is possible.
#[test]
fn what_starters_tell_to_try_is_sound() {
    let mut tried = 0;
    for template in TEMPLATES {
        let folder = empty();
        busload(&folder, &format!("new design.toml --template {template}"));
        let text = fs::read_to_string(folder.path().join("design.toml")).unwrap();
        for line in text.lines().filter_map(|line| line.trim_start_matches('#').trim().strip_prefix("busload ")) {
            let command = line.split("  ").next().unwrap();
            // A sound command begins to simulate; what a year of it would find is not asked here.
            let quick = match command.split(' ').next().unwrap() {
                "explain" | "check" => String::new(),
                _ => " --set run.horizon=20m --set run.replications=2 --no-report --quiet".into(),
            };
            let done = busload(&folder, &format!("{}{quick}", command));
            let short = done.stderr.contains("horizon");
            assert!(done.code <= 1 || short, "{template}: busload {command}: {} {}", done.code, done.stderr);
            tried += 1;
        }
    }
    assert!(tried >= 15, "{tried}");
}

#[test]
fn a_starter_replaces_nothing() {
    let folder = folder("mine");
    is_wrong(&folder, "new a.toml", &["a.toml exists already", "name a file that does not"]);
    assert_eq!(fs::read_to_string(folder.path().join("a.toml")).unwrap(), "mine");
    is_wrong(&folder, "new nowhere/a.toml", &["nowhere/a.toml", "make the folder first"]);
    is_wrong(&folder, "new b.toml --template tiketing", &["tiketing", "ticketing"]);
    let listed = busload(&folder, "new");
    assert_eq!(listed.code, 0);
    for template in TEMPLATES {
        assert!(listed.stdout.contains(template), "{}", listed.stdout);
    }
    assert_eq!(names(folder.path()), ["a.toml"]);
}

#[test]
fn what_a_starter_says_can_be_pasted() {
    let folder = empty();
    let made = shell(&folder, "$BUSLOAD new \"ünï 'çode.toml\"");
    let said = String::from_utf8_lossy(&made.stdout).into_owned();
    let line = said.lines().find(|line| line.trim().starts_with("busload check")).unwrap();
    let checked = shell(&folder, &line.replace("busload", "$BUSLOAD"));
    assert_eq!(checked.status.code(), Some(0), "{said}");
}

#[test]
fn without_a_file_a_command_lists_the_scenarios_that_are_here() {
    let folder = folder(BARE);
    fs::create_dir(folder.path().join("scenarios")).unwrap();
    fs::write(folder.path().join("scenarios/b.toml"), format!("title = \"B\"\nquestion = \"Is it \\u001b[31mred?\"\n{BARE}")).unwrap();
    fs::write(folder.path().join("Cargo.toml"), "[package]\nname = \"other\"").unwrap();
    fs::write(folder.path().join("scenarios/broken.toml"), "title = ").unwrap();
    for command in ["run", "check", "limit", "adverse", "forecast", "compare", "sweep --vary load=1,2", "size --tune load=1..2"] {
        is_wrong(&folder, command, &["which scenario?", "a.toml", "(asks nothing)", "scenarios/b.toml", "Is it", "for example: busload"]);
        let told = busload(&folder, command).stderr;
        assert!(!told.contains("Cargo") && !told.contains("broken") && !told.contains('\u{1b}'), "{told}");
    }
    is_wrong(&empty(), "run", &["which scenario?", "busload new design.toml"]);
    // A variable that a script left empty must not pass.
    assert_eq!(busload(&folder, "run --json").stdout, "");
}

#[test]
fn what_is_misspelt_gets_a_suggestion() {
    let folder = folder(&format!("{BARE}\n[objective]\n\"subscriber.server.missed\" = \"= 0\""));
    fs::create_dir(folder.path().join("scenarios")).unwrap();
    fs::write(folder.path().join("scenarios/peak-hour.toml"), BARE).unwrap();
    for (arguments, meant) in [
        ("rnu a.toml", "'run'"),
        ("chekc a.toml", "'check'"),
        ("run a.toml --sed 4", "'--seed'"),
        ("run a.toml --replication 4", "'--replications'"),
        ("run a.tmol", "did you mean `a.toml`?"),
        ("run peak-hour.toml", "did you mean `scenarios/peak-hour.toml`?"),
        ("run scenarios/peak_hour.toml", "did you mean `scenarios/peak-hour.toml`?"),
        ("run peak-huor", "did you mean `scenarios/peak-hour.toml`?"),
        ("report repots/outcome.json", "check the name"),
        ("run a.toml --set subscriber.server.wokers=3", "did you mean `workers`?"),
        ("run a.toml --set subscirber.server.workers=3", "did you mean `subscriber`?"),
        ("sweep a.toml --vary subscriber.server.wokers=3,4", "did you mean `workers`?"),
        ("size a.toml --tune subscriber.sever.workers=3,4", "did you mean `server`?"),
        ("run a.toml --set objective.subscriber.server.mised='=0'", "did you mean `subscriber.server.missed`?"),
        ("explain subscriber.server.wokers", "did you mean `subscriber.server.workers`?"),
        ("explain sor.ticketing.utilisation.peak", "did you mean `sor.ticketing.utilization.peak`?"),
        ("explain subscriber.gate.end_to_end.p9", "did you mean `subscriber.gate.end_to_end.p9"),
        ("explain prefech", "did you mean `prefetch`?"),
        ("man rnu", "did you mean `run`?"),
        ("schema --outcome comapre", "compare"),
        ("completions bahs", "bash"),
        ("run a.toml --annotations githb", "github"),
    ] {
        is_wrong(&folder, arguments, &[meant]);
    }
}

#[test]
fn every_command_has_examples_in_its_help() {
    let folder = empty();
    let all = busload(&folder, "--help").stdout;
    for command in COMMANDS {
        assert!(all.contains(&format!("\n  {command} ")), "{command} in\n{all}");
        let help = busload(&folder, &format!("{command} --help"));
        assert_eq!(help.code, 0);
        assert!(help.stdout.contains("Example") && help.stdout.contains(&format!("\n  busload {command}")), "{command}:\n{}", help.stdout);
    }
}

/// The words of a text, whatever line they are on.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Every key by its path and by itself, every metric with and without its statistic.
#[test]
fn everything_can_be_explained() {
    let folder = empty();
    let explained = |what: &str, words: &[&str]| {
        let done = busload(&folder, &format!("explain {what}"));
        assert_eq!((done.code, done.stderr.as_str()), (0, ""), "{what}");
        words.iter().for_each(|word| assert!(flat(&done.stdout).contains(&flat(word)), "{what}: no {word} in\n{}", done.stdout));
        let is_narrow = |line: &str| line.chars().count() <= 100 || !line.trim().contains(' ');
        assert!(done.stdout.lines().all(is_narrow), "{what} is too wide for a terminal:\n{}", done.stdout);
    };
    explained("", &["sor.NAME", "busload explain metrics"]);
    explained(
        "sor.ticketing.workers",
        &["sor.NAME.workers", "Requests that it serves at once", "whole number, 1 to 100,000", "default     1"],
    );
    explained("subscriber.gate.prefetch", &["unlimited", "prefetch = 20"]);
    explained("subscriber.gate.callback.breaker.open_for", &["it is needed", "span above 0", "\"250ms\""]);
    explained("disruption.0.kind", &["down", "slow", "lossy"]);
    explained("[[surge]]", &["surge.N", "factor"]);
    explained("subscriber.gate", &["prefetch", "redelivery_delay"]);
    explained("subscriber.gate.end_to_end.p99", &["seconds", "99 of 100 are below"]);
    explained("objective.\"sor.ticketing.utilization.peak\"", &["share", "five minutes"]);
    explained("subscriber.gate.hop.sor_wait.mean", &["seconds", "waits for a worker of the system of record"]);
    explained("subscriber.gate.raised.profile_changed", &["Derived events"]);
    explained("subscriber.gate.stage.enrich.utilization.peak", &["tasks"]);
    explained("total.cost", &["money"]);
    explained("peak", &["A statistic"]);
    explained("prefetch", &["subscriber.NAME.prefetch"]);
    explained("work", &["subscriber.NAME.work", "subscriber.NAME.stage.N.work", "poller.NAME.work"]);
    for section in LANGUAGE.all() {
        for key in section.keys.iter().filter(|key| !matches!(key.kind, Kind::Named(_))) {
            let path = if section.path.is_empty() { key.name.to_string() } else { format!("{}.{}", section.path, key.name) };
            explained(&path, &[key.effect]);
        }
    }
    explained("metrics", &["end_to_end"]);
    let all = flat(&busload(&folder, "explain metrics").stdout);
    for (of, groups) in QUANTITIES.iter() {
        for quantity in groups.iter().flat_map(|group| group.iter()) {
            assert!(all.contains(&flat(quantity.meaning)), "{of}.{}", quantity.name);
        }
    }
}

/// No scenario that ships has a figure that the table of metrics does not explain.
#[test]
fn every_metric_of_every_scenario_is_in_the_table() {
    let statistics: Vec<&str> = STATISTICS.iter().map(|(name, _)| *name).collect();
    let hops: Vec<&str> = HOPS.iter().map(|(name, _)| *name).collect();
    let fits = |of: &str, quantity: &str, name: &str| {
        let wanted: Vec<&str> = if of.is_empty() { vec![] } else { of.split('.').collect() };
        let parts: Vec<&str> = name.split('.').collect();
        let kind = parts.len() > wanted.len() && wanted.iter().zip(&parts).all(|(wanted, part)| *wanted == "NAME" || wanted == part);
        let rest = parts.get(wanted.len()..).unwrap_or_default().join(".");
        let statistic = |rest: &str| rest.is_empty() || statistics.contains(&rest) || ["raised", "calls.attempts"].contains(&quantity);
        let of_hop =
            quantity == "STAGE" && rest.split_once('.').is_some_and(|(hop, rest)| hops.contains(&hop) && statistics.contains(&rest));
        kind && (of_hop || rest.strip_prefix(quantity).is_some_and(|rest| statistic(rest.trim_start_matches('.'))))
    };
    for scenario in crate::designs::all_shipped() {
        for metric in metric_catalog(&scenario) {
            let known = QUANTITIES
                .iter()
                .any(|(of, groups)| groups.iter().flat_map(|group| group.iter()).any(|quantity| fits(of, quantity.name, &metric.name)));
            assert!(known, "{} of {} is not explained", metric.name, scenario.title);
        }
    }
}

#[test]
fn completions_and_manual_pages_know_every_command() {
    let folder = empty();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let done = busload(&folder, &format!("completions {shell}"));
        assert_eq!(done.code, 0);
        for word in COMMANDS.into_iter().chain(["annotations", "replications"]) {
            assert!(done.stdout.contains(word), "{shell}: {word}");
        }
    }
    let page = busload(&folder, "man");
    assert!(page.code == 0 && page.stdout.contains(".TH") && page.stdout.contains("Exit codes"), "{}", page.stdout);
    for command in COMMANDS {
        let page = busload(&folder, &format!("man {command}"));
        assert!(page.code == 0 && page.stdout.contains(&format!("busload\\-{command}")), "{command}: {}", page.stdout);
    }
}

/// Every command of the guide, in its order, in one folder; only long ones are made shorter.
#[test]
fn the_guide_can_be_followed() {
    let text = fs::read_to_string(format!("{}/docs/guide.md", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let folder = empty();
    // The one file that the guide has people write.
    let (_, written) = text.split_once("into `heavy.toml`:\n\n").expect("the guide has it");
    fs::write(folder.path().join("heavy.toml"), written.split("\n\n").next().unwrap()).unwrap();
    let mut followed = 0;
    for line in text.lines().filter_map(|line| line.strip_prefix("    busload ")) {
        let (command, code) = line.split_once("  # exit ").unwrap_or((line, "0"));
        let done = busload(&folder, command.split("  #").next().unwrap().trim());
        assert_eq!(done.code.to_string(), code.trim(), "busload {command}: {}", done.stderr);
        followed += 1;
    }
    assert!(followed >= 10, "{followed}");
}
