//! `busload explain`: one key of the language, or one metric.

use super::arguments::ExplainOptions;
use super::{DONE, WRONG, say};
use crate::scenario::language::{Absent, Key, Kind, LANGUAGE, Section};
use crate::scenario::{HOPS, QUANTITIES, Quantity, STATISTICS, similar};
use crate::units::Unit;
use anyhow::Result;

/// Explains, or says what there is instead.
pub fn run(options: &ExplainOptions) -> Result<u8> {
    let Some(path) = options.path.as_deref().map(str::trim).filter(|path| !path.is_empty()) else {
        say(&folded(&overview()))?;
        return Ok(DONE);
    };
    match found(path) {
        Some(text) => {
            say(&folded(&text))?;
            Ok(DONE)
        }
        None => {
            eprintln!("error: there is no key and no metric \"{path}\"\nhelp: {}", hint(path));
            Ok(WRONG)
        }
    }
}

/// Columns of a small terminal.
const WIDTH: usize = 100;

/// Long lines go on below where their text begins: behind the last wide gap in their left half, or behind their indent.
fn folded(text: &str) -> String {
    let fold = |line: &str| {
        let letters: Vec<char> = line.chars().collect();
        let begins = |at: &usize| letters[*at] != ' ' && letters[..*at].ends_with(&[' ', ' ']);
        let indent = (0..letters.len().min(WIDTH / 2)).rev().find(begins).unwrap_or(0);
        let start: String = letters[..indent].iter().collect();
        let mut lines = vec![start];
        for word in letters[indent..].iter().collect::<String>().split(' ') {
            let last = lines.last_mut().expect("there is a first line");
            let is_begun = last.chars().count() > indent;
            if is_begun && last.chars().count() + 1 + word.chars().count() > WIDTH {
                lines.push(format!("{}{word}", " ".repeat(indent)));
            } else {
                *last += &format!("{}{word}", if is_begun { " " } else { "" });
            }
        }
        lines.join("\n")
    };
    text.lines().map(|line| if line.chars().count() > WIDTH { fold(line) } else { line.to_string() } + "\n").collect()
}

fn overview() -> String {
    let sections = LANGUAGE.all().into_iter().filter(|section| !section.path.is_empty());
    let lines: String = sections.map(|section| format!("  {:<34} {}\n", section.path, section.meaning)).collect();
    format!(
        "Sections of a scenario, each to be explained as in `busload explain sor`:\n\n{lines}\n`busload explain metrics` lists what can be measured, and bound by objectives.\n"
    )
}

fn found(path: &str) -> Option<String> {
    if path == "metrics" {
        return Some(metrics());
    }
    // As it stands in a file: quotes around dotted names, brackets around sections.
    let plain: String = path.chars().filter(|c| !matches!(c, '"' | '\'' | '[' | ']' | ' ')).collect();
    let path = plain.strip_prefix("objective.").filter(|metric| !metric.is_empty()).unwrap_or(&plain);
    let parts: Vec<&str> = path.split('.').collect();
    if let Some(place) = walk(&parts) {
        return Some(place);
    }
    if let Some(metric) = metric(&parts) {
        return Some(metric);
    }
    let named = everywhere(path);
    (!named.is_empty()).then(|| named.join("\n"))
}

/// Down the language along a path.
fn walk(parts: &[&str]) -> Option<String> {
    let (first, rest) = parts.split_first()?;
    let mut at = step(&LANGUAGE, first)?;
    let mut rest = rest.iter();
    while let Some(part) = rest.next() {
        at = match at.key.kind {
            // The part is a name of one's own, or a number in a list.
            Kind::Named(section) | Kind::List(section) => match rest.next() {
                Some(key) => step(section, key)?,
                None => return Some(whole(section)),
            },
            Kind::Each(..) => return Some(told(&at)),
            kind => step(kind.sections().first()?, part)?,
        };
    }
    Some(match at.key.kind {
        Kind::Named(section) => whole(section),
        _ => told(&at),
    })
}

/// A key and where it stands.
struct At {
    section: &'static Section,
    key: &'static Key,
}

fn step(section: &'static Section, name: &str) -> Option<At> {
    section.key(name).map(|key| At { section, key })
}

/// A section with all of its keys.
fn whole(section: &Section) -> String {
    let mut text = format!("{}\n  {}\n\n", section.path, section.meaning);
    for key in section.keys {
        let absent = match key.absent {
            Absent::Required => "needed".to_string(),
            Absent::Default(value) => format!("default {value}"),
            Absent::Else(words) => format!("without it: {words}"),
        };
        text += &format!("  {:<22} {}\n  {:<22} ({}; {absent})\n", key.name, key.effect, "", key.kind.words());
    }
    if let Some((what, kind)) = section.rest {
        text += &format!("  {what}: {}\n", kind.words());
    }
    text
}

/// One key.
fn told(at: &At) -> String {
    let (section, key) = (at.section, at.key);
    let path = if section.path.is_empty() { key.name.to_string() } else { format!("{}.{}", section.path, key.name) };
    let mut text = format!("{path}\n  {}\n\n  value       {}\n", key.effect, key.kind.words());
    text += &match key.absent {
        Absent::Required => "  default     none: it is needed\n".to_string(),
        Absent::Default(value) => format!("  default     {value}\n"),
        Absent::Else(words) => format!("  without it  {words}\n"),
    };
    text += &format!("  example     {} = {}\n", key.name, key.example);
    if let Some(form) = forms(&key.kind) {
        text += &format!("\n  {}\n", form.meaning);
        for (written, says) in form.written {
            text += format!("    \"{written}\"  {says}").trim_end();
            text.push('\n');
        }
    }
    for below in key.kind.sections() {
        text += &format!("\n{}", whole(below));
    }
    text
}

/// How the values of a kind are written, or those within it.
fn forms(kind: &Kind) -> Option<&'static crate::scenario::language::Form> {
    match kind {
        Kind::Either(one, other) => forms(one).or_else(|| forms(other)),
        Kind::Several(of, ..) | Kind::Each(_, of) => forms(of),
        kind => kind.form(),
    }
}

/// A metric by its name, with or without its statistic.
fn metric(parts: &[&str]) -> Option<String> {
    QUANTITIES.iter().find_map(|(of, groups)| {
        let rest = below(of, parts)?;
        let quantity = groups.iter().flat_map(|group| group.iter()).filter_map(|quantity| matched(quantity, rest));
        let (quantity, statistic) = quantity.max_by_key(|(quantity, _)| quantity.name.len())?;
        Some(described(of, quantity, rest, statistic))
    })
}

/// What follows the kind and the name.
fn below<'p>(of: &str, parts: &'p [&'p str]) -> Option<&'p [&'p str]> {
    let of: Vec<&str> = of.split('.').collect();
    let fits = of.len() < parts.len() && of.iter().zip(parts).all(|(of, part)| *of == "NAME" || of == part);
    fits.then(|| &parts[of.len()..])
}

/// The quantity that these parts name, with the statistic that follows.
fn matched<'q, 'p>(quantity: &'q Quantity, parts: &'p [&'p str]) -> Option<(&'q Quantity, Option<&'p str>)> {
    let of_stage = quantity.name == "STAGE";
    let name: Vec<&str> = quantity.name.split('.').collect();
    let fits = parts.len() >= name.len() && name.iter().zip(parts).all(|(name, part)| name == part || (of_stage && is_hop(part)));
    let statistic = parts.get(name.len()).copied();
    // Counts by event or system of record have its name behind them.
    let is_by_name = quantity.statistics.is_empty() && matches!(quantity.name, "raised" | "calls.attempts");
    let known = statistic.is_none_or(|statistic| quantity.statistics.contains(&statistic) || is_by_name);
    (fits && known && parts.len() <= name.len() + 1).then_some((quantity, statistic))
}

fn is_hop(name: &str) -> bool {
    HOPS.iter().any(|(hop, _)| *hop == name)
}

fn described(of: &str, quantity: &Quantity, parts: &[&str], statistic: Option<&str>) -> String {
    let mut text = format!("{of}.{}{}\n  {}\n\n", quantity.name, suffix(quantity), quantity.meaning);
    text += &format!("  unit        {}\n", unit(quantity));
    if let Some((hop, what)) = HOPS.iter().find(|(hop, _)| quantity.name == "STAGE" && parts.first() == Some(hop)) {
        text += &format!("  {hop:<11} {what}\n");
    }
    let wanted = STATISTICS.iter().filter(|(name, _)| quantity.statistics.contains(name));
    for (name, meaning) in wanted.filter(|(name, _)| statistic.is_none_or(|statistic| statistic == *name)) {
        text += &format!("  {name:<11} {meaning}\n");
    }
    text
}

fn suffix(quantity: &Quantity) -> &'static str {
    if quantity.statistics.is_empty() { "" } else { ".STATISTIC" }
}

fn unit(quantity: &Quantity) -> &'static str {
    match quantity.unit {
        // Which one it is only a scenario says.
        _ if quantity.name == "cost" => "money",
        Unit::Seconds => "seconds",
        Unit::PerSecond => "per second",
        Unit::Bytes => "bytes",
        Unit::BytesPerSecond => "bytes per second",
        Unit::Share => "share (from 0 to 1)",
        Unit::Count => "count",
        Unit::ItemSeconds => "resources times seconds",
        Unit::Currency(_) => "money",
    }
}

/// All that can be measured.
fn metrics() -> String {
    let mut text = "Metrics: KIND.NAME.QUANTITY, with .STATISTIC where there are several. Which of them a scenario has depends on the\ndesign; a run's outcome lists its own.\n".to_string();
    for (of, groups) in QUANTITIES {
        text += &format!("\n{of}\n");
        for quantity in groups.iter().flat_map(|group| group.iter()) {
            let statistics = quantity.statistics.join(", ");
            let statistics = if statistics.is_empty() { String::new() } else { format!(": {statistics}") };
            text += &format!("  {:<24} {}\n  {:<24} ({}{statistics})\n", quantity.name, quantity.meaning, "", unit(quantity));
        }
    }
    text += "\nStages of a hop\n";
    HOPS.iter().for_each(|(hop, what)| text += &format!("  {hop:<24} {what}\n"));
    text += "\nStatistics\n";
    STATISTICS.iter().for_each(|(name, meaning)| text += &format!("  {name:<24} {meaning}\n"));
    text
}

/// Every key and quantity of this name, wherever it is.
fn everywhere(name: &str) -> Vec<String> {
    let keys = LANGUAGE.all().into_iter().filter_map(|section| step(section, name)).map(|at| told(&at));
    let parts: Vec<&str> = name.split('.').collect();
    let metrics =
        QUANTITIES.iter().flat_map(|(of, groups)| groups.iter().flat_map(move |group| group.iter()).map(move |quantity| (of, quantity)));
    let metrics = metrics
        .filter_map(|(of, quantity)| matched(quantity, &parts).map(|(quantity, statistic)| described(of, quantity, &parts, statistic)));
    let statistics =
        STATISTICS.iter().filter(|(known, _)| *known == name).map(|(name, meaning)| format!("{name}\n  A statistic: {meaning}.\n"));
    keys.chain(metrics).chain(statistics).collect()
}

/// What may have been meant.
fn hint(path: &str) -> String {
    let parts: Vec<&str> = path.split('.').collect();
    let otherwise = "`busload explain` lists the sections, `busload explain metrics` the metrics";
    let Some((last, before)) = parts.split_last() else { return otherwise.into() };
    if before.is_empty() {
        let sections = LANGUAGE.all();
        let keys = sections.iter().flat_map(|section| section.keys).map(|key| key.name);
        let quantities =
            QUANTITIES.iter().flat_map(|(_, groups)| groups.iter().flat_map(|group| group.iter())).map(|quantity| quantity.name);
        let near = similar::nearest(last, keys.chain(quantities).chain(["metrics"]));
        return near.map_or_else(|| otherwise.to_string(), |near| format!("did you mean `{near}`?"));
    }
    let near = (1..=parts.len()).rev().find_map(|length| {
        let (wrong, before) = parts[..length].split_last()?;
        let near = similar::nearest(wrong, candidates(before))?;
        Some(format!("did you mean `{}`?", [before, &[near], &parts[length..]].concat().join(".")))
    });
    near.filter(|near| found(near.trim_start_matches("did you mean `").trim_end_matches("`?")).is_some())
        .unwrap_or_else(|| otherwise.into())
}

/// Names that may follow these parts: keys of the section there, quantities of the kind, statistics.
fn candidates(before: &[&str]) -> Vec<&'static str> {
    let mut names: Vec<&'static str> = Vec::new();
    let mut section = Some(&LANGUAGE);
    let mut parts = before.iter();
    while let (Some(at), Some(part)) = (section, parts.next()) {
        let kind = at.key(part).map(|key| key.kind);
        section = kind.and_then(|kind| kind.sections().first().copied());
        if matches!(kind, Some(Kind::Named(_) | Kind::List(_))) && parts.next().is_none() {
            // A name follows, of which nothing is known.
            return names;
        }
    }
    names.extend(section.into_iter().flat_map(|section| section.keys).map(|key| key.name));
    for (of, groups) in QUANTITIES.iter() {
        let extended: Vec<&str> = before.iter().copied().chain([""]).collect();
        let quantities = || groups.iter().flat_map(|group| group.iter());
        match below(of, &extended) {
            Some([_]) => names.extend(quantities().filter_map(|quantity| quantity.name.split('.').next())),
            Some([.., _]) if metric(before).is_some() => names.extend(STATISTICS.iter().map(|(name, _)| *name)),
            _ => {}
        }
    }
    names
}
