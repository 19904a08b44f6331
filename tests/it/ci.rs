//! A run as the gate of a pipeline: what was missed by how much, and annotations where a service shows them.

use crate::commands::{busload, folder, names};
use crate::designs::BARE;

/// Two objectives that can't be met and two that are.
fn design() -> String {
    format!(
        "{BARE}\nwork = \"exp(100ms)\"\n[objective]\n\"subscriber.server.end_to_end.mean\" = \"< 10ms\"\n\"subscriber.server.utilization.mean\" = \">= 50%\"\n\"subscriber.server.missed\" = \"= 0\"\n\"event.customer.raised\" = \"> 1\"\n"
    )
}

#[test]
fn a_missed_objective_is_told_with_how_much_it_is_missed_by() {
    let folder = folder(&design());
    for options in ["", "--quiet", "--json"] {
        let done = busload(&folder, &format!("run a.toml --no-report {options}"));
        assert_eq!(done.code, 1);
        let lines: Vec<&str> = done.stderr.lines().collect();
        assert_eq!(lines[0], "Of 4 objectives 2 missed:", "{options}: {}", done.stderr);
        let latency = lines.iter().find(|line| line.contains("end_to_end.mean")).expect("its row");
        assert!(latency.contains("✘ missed") && latency.contains("< 10ms") && latency.trim_end().ends_with("%) over"), "{latency}");
        let floor = lines.iter().find(|line| line.contains("utilization.mean")).expect("its row");
        assert!(floor.contains(">= 50%") && floor.contains("points") && floor.trim_end().ends_with("%) under"), "{floor}");
        assert!(!done.stderr.contains("missed\" ") && lines.len() == 4, "what is met is not in it: {}", done.stderr);
    }
    assert_eq!(busload(&folder, "run a.toml --no-report --quiet").stdout, "");
    let met = self::folder(BARE);
    assert_eq!(busload(&met, "run a.toml --no-report --quiet").stderr, "");
}

#[test]
fn an_undecided_objective_is_told_too() {
    let folder = folder(&design());
    let done = busload(&folder, "run a.toml --no-report --quiet --replications 1 --annotations github");
    assert_eq!(done.code, 1);
    assert!(done.stderr.contains("Of 4 objectives") && done.stderr.contains("undecided"), "{}", done.stderr);
    assert!(done.stderr.contains("::warning file=a.toml,line="), "{}", done.stderr);
}

#[test]
fn annotations_stand_at_the_objective_that_is_missed() {
    let folder = folder(&design());
    let line = design().lines().position(|line| line.contains("end_to_end.mean")).unwrap() + 1;
    let done = busload(&folder, "run a.toml --json --no-report --annotations github");
    let marks: Vec<&str> = done.stderr.lines().filter(|line| line.starts_with("::")).collect();
    assert_eq!(marks.len(), 2, "{}", done.stderr);
    let wanted =
        format!("::error file=a.toml,line={line},col=1,title=Busload%3A objective missed::subscriber.server.end_to_end.mean < 10ms: ");
    assert!(marks[0].starts_with(&wanted), "{}\n{wanted}", marks[0]);
    assert!(marks[0].contains("%25"), "a percent sign is escaped: {}", marks[0]);
    assert!(serde_json::from_str::<serde_json::Value>(&done.stdout).is_ok(), "stdout is the outcome alone");
    assert!(!busload(&folder, "run a.toml --no-report").stderr.contains("::"), "only on request");
    assert_eq!(names(folder.path()), ["a.toml"]);
}

/// The place is that of the file which writes it, and a name with a separator stays one property.
#[test]
fn an_objective_of_the_base_is_marked_in_the_base() {
    let folder = folder(&design());
    std::fs::write(folder.path().join("b,1.toml"), "extends = \"a.toml\"").unwrap();
    let done = busload(&folder, "run b,1.toml --quiet --no-report --annotations github");
    assert!(done.stderr.contains("::error file=a.toml,line="), "{}", done.stderr);
    std::fs::rename(folder.path().join("a.toml"), folder.path().join("a,1.toml")).unwrap();
    let done = busload(&folder, "run a,1.toml --quiet --no-report --annotations github");
    assert!(done.stderr.contains("::error file=a%2C1.toml,line="), "{}", done.stderr);
}

#[test]
fn problems_are_annotated_at_their_place() {
    let folder = folder(&BARE.replace("rate = \"1/s\"", "rate = \"1\"\ncolor = \"red\""));
    let done = busload(&folder, "check a.toml --annotations github");
    assert_eq!(done.code, 2);
    let marks: Vec<&str> = done.stderr.lines().filter(|line| line.starts_with("::error file=a.toml,line=")).collect();
    assert_eq!(marks.len(), 2, "{}", done.stderr);
    assert!(marks[0].contains("title=Busload%3A problem::event.customer.rate: ") && marks[0].contains("%0A"), "{}", marks[0]);
    let set = busload(&folder, "check a.toml --set event.customer.from=nobody --annotations github");
    assert!(set.stderr.contains("::error title=Busload%3A problem::event.customer.from: "), "no file: {}", set.stderr);
}

#[test]
fn an_answer_that_was_not_hoped_for_is_annotated() {
    let folder = folder(&design());
    let done = busload(&folder, "size a.toml --tune subscriber.server.workers=1..2 --quiet --no-report --annotations github");
    assert_eq!(done.code, 1);
    assert!(done.stderr.contains("::error title=Busload%3A size::"), "{}", done.stderr);
}

/// The example of the documentation is what the options are.
#[test]
fn the_documented_pipeline_uses_options_that_exist() {
    let text = std::fs::read_to_string(format!("{}/docs/ci.md", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let folder = folder(BARE);
    let help = busload(&folder, "run --help").stdout + &busload(&folder, "check --help").stdout;
    let mut count = 0;
    for line in text.lines().filter(|line| line.contains("busload ")) {
        for option in line.split_whitespace().filter(|word| word.starts_with("--") && word.len() > 2 && !line.contains("cargo")) {
            let option: String = option.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
            assert!(help.contains(&option) || line.contains("schema"), "{option} in {line}");
            count += 1;
        }
    }
    assert!(count >= 5, "{count} options");
}
