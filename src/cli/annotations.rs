//! Problems and verdicts on stderr in the way that a service shows beside the files of a change: GitHub's workflow commands,
//! `::error file=...,line=...::...`.
//!
//! Paths are as given on the command line, which is right where that is run in the root of the repository.

use super::arguments::{Marks, Service};
use super::disk::Disk;
use crate::outcome::{ObjectiveResult, Outcome, Verdict};
use crate::report;
use crate::report::answer::Answer;
use crate::scenario::{Problems, locate};
use std::path::Path;

/// Every problem of a scenario, as an error at its place.
pub fn problems(problems: &Problems, marks: Marks) {
    for problem in problems.list().iter().filter(|_| is_wanted(marks)) {
        let place = problem.place.map(|place| problems.locate(place)).filter(|(file, ..)| *file != "--set");
        let text = if problem.hint.is_empty() { problem.what.clone() } else { format!("{}\n{}", problem.what, problem.hint) };
        mark("error", "Busload: problem", place, &text);
    }
}

/// Every objective that is not met, at the line that writes it: missed ones are errors, undecided ones warnings.
pub fn objectives(outcome: &Outcome, file: &Path, marks: Marks) {
    let unmet = outcome.objectives.iter().filter(|objective| objective.verdict != Verdict::Met);
    for objective in unmet.filter(|_| is_wanted(marks)) {
        let place = locate(&file.to_string_lossy(), &mut Disk, &["objective", &objective.metric]);
        let place = place.as_ref().map(|(file, line, column)| (file.as_str(), *line, *column));
        let (level, title) = match objective.verdict {
            Verdict::Undecided => ("warning", "Busload: objective undecided"),
            Verdict::Missed | Verdict::Met => ("error", "Busload: objective missed"),
        };
        mark(level, title, place, &told(objective));
    }
}

fn told(objective: &ObjectiveResult) -> String {
    let off = report::off(objective).map(|off| format!(", {off}")).unwrap_or_default();
    format!("{} {}: {}{off}; {}", objective.metric, objective.bound, report::seen(objective), objective.reason)
}

/// A station of a design that arithmetic finds asked for more than it can do.
pub fn overload(file: &Path, sentence: &str, marks: Marks) {
    if is_wanted(marks) {
        mark("error", "Busload: check", Some((&file.to_string_lossy(), 1, 1)), sentence);
    }
}

/// An answer that is not the one hoped for.
pub fn answer(answer: &Answer, marks: Marks) {
    if is_wanted(marks) {
        mark("error", &format!("Busload: {}", answer.command), None, &answer.conclusion);
    }
}

fn is_wanted(marks: Marks) -> bool {
    marks.annotations == Some(Service::Github)
}

fn mark(level: &str, title: &str, place: Option<(&str, usize, usize)>, text: &str) {
    let at = place.map(|(file, line, column)| format!("file={},line={line},col={column},", property(file))).unwrap_or_default();
    eprintln!("::{level} {at}title={}::{}", property(title), data(text));
}

/// What GitHub's runner takes back when it reads a message.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
