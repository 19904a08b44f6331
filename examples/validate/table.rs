//! Tables as they are printed and written: Markdown, nothing in it that differs between machines or days.

use std::collections::BTreeMap;

/// All that was found.
#[derive(Default)]
pub struct Report {
    text: String,
    failed: Vec<String>,
    /// Of them, said at the end of their part.
    told: usize,
}

impl Report {
    /// A new part.
    pub fn part(&mut self, title: &str, about: &str) {
        self.say(&format!("{PART}{title}\n\n{about}\n"));
    }

    /// A paragraph.
    pub fn say(&mut self, text: &str) {
        println!("{text}");
        self.text += text;
        self.text.push('\n');
    }

    /// A table.
    pub fn table(&mut self, header: &[&str], rows: &[Vec<String>]) {
        let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
        let head: Vec<String> = header.iter().map(|name| name.to_string()).collect();
        let rule: Vec<String> = header.iter().map(|_| "---".to_string()).collect();
        let all = line(&head) + &line(&rule) + &rows.iter().map(|row| line(row)).collect::<String>();
        self.say(&format!("\n{all}"));
    }

    /// "pass", or "FAIL" and remembered.
    pub fn check(&mut self, what: &str, holds: bool) -> String {
        if holds {
            return "pass".into();
        }
        self.failed.push(what.into());
        "**FAIL**".into()
    }

    /// Nothing failed so far.
    pub fn passed(&self) -> bool {
        self.failed.is_empty()
    }

    /// The part ends with what fails in it.
    pub fn end_of_part(&mut self) {
        let verdict = match &self.failed[self.told..] {
            [] => "This part passes.".to_string(),
            failed => format!("This part does **not** pass: {}.", failed.join("; ")),
        };
        self.told = self.failed.len();
        self.say(&format!("\n{verdict}"));
    }

    /// The page with these parts in their places, the others as they were.
    pub fn page(&self, present: &str) -> String {
        let mut parts: BTreeMap<&str, &str> = BTreeMap::new();
        for page in [present, &self.text] {
            parts.extend(page.split(PART).skip(1).map(|part| (part.split(' ').next().unwrap_or(""), part.trim_end())));
        }
        let parts: String = parts.values().map(|part| format!("{PART}{part}\n")).collect();
        format!("{HEAD}{parts}")
    }
}

/// How a part begins.
const PART: &str = "\n## ";
const HEAD: &str = "# Validation\n\nWritten by `cargo run --release --example validate -- all`, or part by part with `--write`; the same on every machine. Each part says how long its runs were and whether it passes.\n";

/// Four significant digits.
pub fn four(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return format!("{value}");
    }
    let digits = (3 - value.abs().log10().floor() as i32).clamp(0, 12) as usize;
    format!("{value:.digits$}")
}
