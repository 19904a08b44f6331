//! Tables as they are printed and written: Markdown, nothing in it that differs between machines or days.

/// All that was found.
#[derive(Default)]
pub struct Report {
    text: String,
    failed: Vec<String>,
}

impl Report {
    /// A new part.
    pub fn part(&mut self, title: &str, about: &str) {
        self.say(&format!("\n## {title}\n\n{about}\n"));
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

    /// The whole.
    pub fn page(&self) -> String {
        let verdict = match &self.failed[..] {
            [] => "Everything passes.".to_string(),
            failed => format!("Does not pass: {}.", failed.join("; ")),
        };
        format!(
            "# Validation\n\nWritten by `cargo run --release --example validate -- all`; the same on every machine. {verdict}\n{}",
            self.text
        )
    }
}

/// Four significant digits.
pub fn four(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return format!("{value}");
    }
    let digits = (3 - value.abs().log10().floor() as i32).clamp(0, 12) as usize;
    format!("{value:.digits$}")
}
