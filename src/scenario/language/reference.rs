//! The reference of the language, `docs/language.md`, from the table of keys.

use super::forms::{FORMS, Form};
use super::{Absent, Key, LANGUAGE, Section};

const HEAD: &str = "\
# The scenario language

Generated from the table in `src/scenario/language/`, as the JSON Schema is (`busload schema`); a test keeps it current. One key at a
time: `busload explain subscriber.NAME.prefetch`.

A scenario is one TOML file. Names of things are table keys, so every setting has a path, such as `sor.ticketing.workers`, which
`--set`, `--vary` and `--tune` use too. Unknown keys, keys that can have no effect, and references to nothing are errors; what is only
idle under the present switches is accepted, and `busload check` lists it.

Editors that read JSON Schema complete and check scenarios: write `busload schema > busload.schema.json`, and as the first line of a
scenario `#:schema ./busload.schema.json` (Taplo, Even Better TOML).
";

/// The whole page.
pub fn reference() -> String {
    let mut page = HEAD.to_string();
    page += "\n## Sections\n\n";
    for section in LANGUAGE.all().into_iter().filter(|section| !section.path.is_empty()) {
        page += &format!("- [`{}`](#{}): {}\n", heading(section), anchor(section), section.meaning);
    }
    page += "\n## Values\n";
    FORMS.iter().for_each(|form| page += &written(form));
    page += DATA;
    for section in LANGUAGE.all() {
        page += &described(section);
    }
    page
}

const DATA: &str = "
### data files

CSV with or without a header, also packed (`.gz`); paths are relative to the scenario's file, and the contents are part of its digest.
Numbers are seconds where no `unit=` says otherwise (ns, us, ms, s, m, h, d), with a point for decimals.

| written | says |
|---|---|
| `\"empirical(file.csv, column=service_us, unit=us)\"` | a distribution: drawn from samples; with a second column, or `weight=`, by weight |
| `\"trace(day.csv, column=sent_us, unit=us, where=\\\"sub=0\\\")\"` | arrivals: the instants of the events, from the start of the run |
| `\"trace(day.csv, column=service_us, unit=us, key=seq, else=\\\"exp(5ms)\\\")\"` | `work` or `service`: looked up by the message's own number |
";

/// As the file heads it: `[run]`, `[sor.NAME]`, `[[surge]]`.
fn heading(section: &Section) -> String {
    match section.path.strip_suffix(".N") {
        _ if section.path.is_empty() => "The file".into(),
        Some(list) => format!("[[{list}]]"),
        None => format!("[{}]", section.path),
    }
}

/// As Markdown makes it of the heading.
fn anchor(section: &Section) -> String {
    heading(section).chars().filter(|c| c.is_alphanumeric() || *c == '_').collect::<String>().to_lowercase()
}

fn written(form: &Form) -> String {
    let mut text = format!("\n### {}\n\n{}\n\n| written | says |\n|---|---|\n", form.name, form.meaning);
    for (value, says) in form.written {
        text += &format!("| `\"{value}\"` | {says} |\n");
    }
    text
}

fn described(section: &Section) -> String {
    let head = if section.path.is_empty() { "The file".into() } else { format!("`{}`", heading(section)) };
    let mut text =
        format!("\n## {head}\n\n{}\n\n| key | value | without it | effect | example |\n|---|---|---|---|---|\n", section.meaning);
    section.keys.iter().for_each(|key| text += &row(key));
    if let Some((what, kind)) = section.rest {
        text += &format!("| *{what}* | {} | | | |\n", cell(&kind.words()));
    }
    text
}

fn row(key: &Key) -> String {
    let below = key.kind.sections().first().map(|section| format!(", see [below](#{})", anchor(section))).unwrap_or_default();
    format!(
        "| `{}` | {}{below} | {} | {} | `{}` |\n",
        key.name,
        cell(&key.kind.words()),
        cell(&absent(key)),
        cell(key.effect),
        cell(key.example)
    )
}

/// What is so without the key.
fn absent(key: &Key) -> String {
    match key.absent {
        Absent::Required => "**needed**".into(),
        Absent::Default(value) => format!("`{value}`"),
        Absent::Else(words) => words.into(),
    }
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
