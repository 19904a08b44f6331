//! Words and numbers as every renderer writes them, and the escaping that each format needs.
//!
//! Texts of a scenario are hostile until they passed one of these: [`plain`] for terminals, [`markdown`], [`mermaid`], [`xml`], [`cell`].

use crate::outcome::{Metric, ObjectiveResult, Outcome, Verdict};
use crate::units::{Unit, is_steering};

/// One line without control characters, so that no terminal obeys it.
pub fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || is_steering(c) { ' ' } else { c }).collect()
}

/// For HTML and SVG, text and attributes.
pub fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in plain(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// For HTML: what stands between backticks is code.
pub fn html(text: &str) -> String {
    let escaped = xml(text);
    let parts: Vec<&str> = escaped.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return escaped;
    }
    let told = |(index, part): (usize, &&str)| if index % 2 == 1 { format!("<code>{part}</code>") } else { (*part).to_string() };
    parts.iter().enumerate().map(told).collect()
}

/// For Markdown, also inside table cells: nothing in it marks up, mentions or ends a cell.
pub fn markdown(text: &str) -> String {
    let chars: Vec<char> = plain(text).chars().collect();
    let word = |index: usize| chars.get(index).is_some_and(|c| c.is_alphanumeric());
    let mut out = String::with_capacity(text.len());
    for (index, &c) in chars.iter().enumerate() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '@' => out.push_str("&#64;"),
            '_' if index > 0 && word(index - 1) && word(index + 1) => out.push('_'),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '#' | '|' | '~' | '$' | '!' => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    out
}

/// For a quoted Mermaid label: every unusual character as its code.
pub fn mermaid(text: &str) -> String {
    let usual = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '.' | '_' | '%' | '/' | ',' | ':');
    plain(text).chars().map(|c| if usual(c) { c.to_string() } else { format!("#{};", c as u32) }).collect()
}

/// For a CSV cell that holds text: spreadsheets must not take it for a formula.
pub fn cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    format!("{}{text}", if formula { "'" } else { "" })
}

/// At most so many characters, the last one an ellipsis where it was cut.
pub fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_string();
    }
    let kept: String = text.chars().take(width.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// Seconds from the start as a time of day; later days are counted.
pub fn clock(seconds: f64) -> String {
    let minutes = (seconds / 60.0).floor().max(0.0) as u64;
    let (day, hour, minute) = (minutes / 1440, minutes / 60 % 24, minutes % 60);
    match day {
        0 => format!("{hour:02}:{minute:02}"),
        day => format!("day {} {hour:02}:{minute:02}", day + 1),
    }
}

/// "41.3 ms ± 0.4 ms"; "0 ms to 98 ms" where the interval ends at what is possible; without one the figure alone.
pub fn with_half_width(metric: &Metric) -> String {
    let show = |value: f64| metric.unit.show(value);
    match (metric.low, metric.high) {
        (Some(low), Some(high)) if is_lopsided(low, metric.point, high) => format!("{} to {}", show(low), show(high)),
        (Some(low), Some(high)) => format!("{} ± {}", show(metric.point), show((high - low) / 2.0)),
        _ => show(metric.point),
    }
}

/// More than rounding can make it.
fn is_lopsided(low: f64, point: f64, high: f64) -> bool {
    (high - point - (point - low)).abs() > 1e-6 * (high - low).abs()
}

/// "40.9 ms to 41.7 ms", or nothing.
pub fn interval(unit: Unit, low: Option<f64>, high: Option<f64>) -> Option<String> {
    Some(format!("{} to {}", unit.show(low?), unit.show(high?)))
}

/// What was seen for an objective.
pub fn seen(objective: &ObjectiveResult) -> String {
    let Some(point) = objective.point else { return "no data".into() };
    let point = objective.unit.show(point);
    match interval(objective.unit, objective.low, objective.high) {
        Some(interval) => format!("{point} ({interval})"),
        None => format!("{point} (no interval)"),
    }
}

/// The verdict's word and shape.
pub fn verdict(verdict: Verdict) -> (&'static str, &'static str) {
    match verdict {
        Verdict::Met => ("✔", "met"),
        Verdict::Missed => ("✘", "missed"),
        Verdict::Undecided => ("?", "undecided"),
    }
}

/// A hop's or finding's name for people.
pub fn words(name: &str) -> String {
    plain(name).replace('_', " ")
}

/// The command that gives this outcome again.
pub fn command(outcome: &Outcome) -> String {
    let mut command = format!("busload run {}", quoted(&outcome.scenario.file));
    for (path, value) in &outcome.scenario.settings {
        command += &format!(" --set {}", quoted(&format!("{path}={value}")));
    }
    format!("{command} --seed {} --replications {}", outcome.run.seed, outcome.run.replications)
}

pub fn quoted(word: &str) -> String {
    let word = plain(word);
    let safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '/' | '=' | ':' | '%' | '+' | ',');
    if !word.is_empty() && word.chars().all(safe) { word } else { format!("'{}'", word.replace('\'', "'\\''")) }
}

/// "10 replications of 24 h, seed 2013, 18.3M notices, busload 0.1.0"; "interrupted: 2 of 50 replications ..." of a part.
pub fn run_line(outcome: &Outcome) -> String {
    let run = &outcome.run;
    let plural = if run.replications_wanted.unwrap_or(run.replications) == 1 { "" } else { "s" };
    let interrupted = if run.partial { "interrupted: " } else { "" };
    let wanted = run.replications_wanted.map(|count| format!(" of {count}")).unwrap_or_default();
    format!(
        "{interrupted}{}{wanted} replication{plural} of {}, seed {}, {} notices, busload {}",
        run.replications,
        horizon(run.horizon_s),
        run.seed,
        crate::units::three_digits(run.notices as f64),
        plain(&run.version),
    )
}

/// A run's length; a day is 24 h.
pub fn horizon(seconds: f64) -> String {
    if seconds == 86_400.0 { "24 h".into() } else { Unit::Seconds.show(seconds) }
}
