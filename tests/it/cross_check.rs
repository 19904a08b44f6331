//! Theory beside simulation: said where a model holds, silent where it does not, and loud where both differ.

use crate::run_help::{one_line, run, scenario_set};
use busload::experiment;
use busload::outcome::{Outcome, Theory};
use busload::report::{render, terminal};
use busload::theory::{Gm1, Md1, Mmc, Mmck};

fn beside<'o>(outcome: &'o Outcome, metric: &str) -> &'o Theory {
    let all = || outcome.theory.iter().map(|theory| theory.metric.as_str()).collect::<Vec<_>>();
    outcome.theory.iter().find(|theory| theory.metric == metric).unwrap_or_else(|| panic!("no {metric} among {:?}", all()))
}

/// The formula's value stands beside the simulated one, and they agree.
fn says(outcome: &Outcome, metric: &str, model: &str, value: f64) {
    let theory = beside(outcome, metric);
    assert_eq!((theory.model.as_str(), theory.exact, theory.agrees), (model, true, true), "{theory:?}");
    assert!((theory.value / value - 1.0).abs() < 1e-9, "{theory:?}, not {value}");
}

fn line(event: &str, line: &str, server: &str) -> Outcome {
    run(&one_line("theory", 12_000, event, line, server))
}

#[test]
fn a_server_is_mmc_md1_or_bounded() {
    let mm3 = line("rate = \"2/s\"", "", "workers = 3\nwork = \"exp(1s)\"");
    let theory = Mmc::new(2.0, 1.0, 3).unwrap();
    says(&mm3, "subscriber.server.waiting.mean", "M/M/3", theory.mean_wait());
    says(&mm3, "subscriber.server.waiting.p99", "M/M/3", theory.wait_quantile(0.99));
    says(&mm3, "subscriber.server.end_to_end.p99", "M/M/3", theory.sojourn_quantile(0.99));
    says(&mm3, "subscriber.server.utilization.mean", "M/M/3", 2.0 / 3.0);
    let md1 = line("rate = \"0.7/s\"", "", "work = \"1s\"");
    says(&md1, "subscriber.server.waiting.p99", "M/D/1", Md1::new(0.7, 1.0).unwrap().wait_quantile(0.99).unwrap());
    let full = line("rate = \"0.9/s\"\nrefused = \"drop\"", "max_length = 9", "prefetch = 1\nwork = \"exp(1s)\"");
    let theory = Mmck::new(0.9, 1.0, 1, 10).unwrap();
    says(&full, "queue.line.rejected", "M/M/1/10", theory.p_loss() * 0.9 * 10_800.0);
    says(&full, "subscriber.server.backlog.mean", "M/M/1/10", theory.mean_number_waiting());
    let turns = line("rate = \"5.6/s\"", "", "consumers = 8\nworkers = 8\nwork = \"exp(1s)\"");
    let theory = Gm1::erlang(8, 0.7, 1.0).unwrap();
    says(&turns, "subscriber.server.waiting.mean", "E8/M/1 in each of 8 lines", theory.mean_wait());
}

#[test]
fn approximations_are_marked() {
    let outcome = line("arrivals = \"gaps(gamma(mean=1s, cv=0.7))\"", "", "workers = 2\nwork = \"gamma(mean=1.6s, cv=0.8)\"");
    let theory = beside(&outcome, "subscriber.server.waiting.mean");
    assert!(!theory.exact && theory.agrees && theory.model.starts_with("G/G/c"), "{theory:?}");
}

/// What leaves M/M/1 is a Poisson process, so both stations behind it have exact figures; behind constant work there is none.
#[test]
fn tandems_are_known_as_far_as_departures_are_poisson() {
    let tandem = |work: &str| {
        let calling = format!(
            "work = \"{work}\"\n[subscriber.server.callback]\nto = \"registry\"\nholds_worker = false\n[sor.registry]\nservice = \"exp(80ms)\""
        );
        line("rate = \"6/s\"", "", &calling)
    };
    let mean = "sor.registry.waiting.mean";
    says(&tandem("exp(120ms)"), mean, "M/M/1", Mmc::new(6.0, 12.5, 1).unwrap().mean_wait());
    let constant = tandem("120ms");
    assert!(constant.theory.iter().all(|theory| !theory.metric.starts_with("sor.")) && !constant.theory.is_empty());
}

#[test]
fn whatever_no_model_knows_silences_theory() {
    let (event, server) = ("rate = \"0.5/s\"", "work = \"exp(1s)\"");
    let known = |event: &str, queue: &str, server: &str| !line(event, queue, server).theory.is_empty();
    assert!(known(event, "", server));
    for (event, queue, server) in [
        ("rate = \"0.5/s\"\nbatch = 5", "", server),
        ("rate = \"0.5/s\"\nlifecycle = { changes = 3, spacing = \"exp(1s)\" }", "", server),
        ("arrivals = \"mmpp(2/s for 20s, 0.2/s for 50s)\"", "", "work = \"exp(100ms)\""),
        (event, "time_to_live = \"5s\"", "prefetch = 1\nwork = \"exp(1s)\""),
        (event, "", "failure = \"10%\"\nwork = \"exp(1s)\""),
        (event, "priorities = true", "prefetch = 1\nwork = \"exp(1s)\""),
        (event, "max_length = 9", "prefetch = 1\nwork = \"exp(1s)\""),
        (event, "", "workers = 2\nprefetch = 1\nwork = \"exp(1s)\""),
    ] {
        assert!(!known(event, queue, server), "{event}\n{queue}\n{server}");
    }
    let day = one_line("theory", 12_000, event, "", server).replace("steady", "day");
    assert!(run(&day).theory.is_empty(), "a day has no long-run averages");
}

/// Started empty and measured from the start, a run is not what the formula speaks of.
#[test]
fn a_difference_is_said_everywhere() {
    let text = one_line("start-up", 300, "rate = \"0.5/s\"", "", "work = \"exp(1s)\"");
    let outcome =
        experiment::run(&scenario_set(&text, &[("run.warm_up", "none"), ("run.replications", "8000")]), &crate::run_help::Nobody).unwrap();
    let finding = outcome.findings.iter().find(|finding| finding.kind == "theory_disagrees").expect("it is said");
    assert!(finding.sentence.starts_with("M/M/1 says that subscriber.server."), "{}", finding.sentence);
    assert!(!beside(&outcome, "subscriber.server.end_to_end.mean").agrees);
    let files = render(&outcome);
    let summary =
        files.iter().find(|(name, _)| name == "summary.md").map(|(_, bytes)| String::from_utf8_lossy(bytes).into_owned()).unwrap();
    assert!(summary.contains("## Theory beside simulation") && summary.contains("| M/M/1 | exact |") && summary.contains("| differs |"));
    assert!(summary.contains("## How these numbers were made") && summary.contains("Student t over replications"));
    let screen = terminal(&outcome, false);
    assert!(screen.contains("figures that it knows:") && screen.contains("  M/M/1 says "), "{screen}");
}
