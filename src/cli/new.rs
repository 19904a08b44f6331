//! `busload new`: a commented starter, which runs as it is.

use super::arguments::{NewOptions, Template};
use super::{DONE, FAILED, WRONG, say};
use anyhow::Result;
use clap::ValueEnum;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};

/// Writes a starter, or lists what there are.
pub fn run(options: &NewOptions) -> Result<u8> {
    let Some(file) = &options.file else {
        say(&templates())?;
        return Ok(DONE);
    };
    let name = file.display();
    // Made only where nothing is: a design is somebody's work.
    let written = OpenOptions::new().write(true).create_new(true).open(file).and_then(|mut made| {
        made.write_all(text(options.template).replace("FILE", &name.to_string()).as_bytes()).inspect_err(|_| {
            let _ = std::fs::remove_file(file);
        })
    });
    match written {
        Ok(()) => {
            let quoted = quoted(&name.to_string());
            say(&format!("{name} is there. Read it, then:\n  busload check {quoted}\n  busload run {quoted}\n"))?;
            Ok(DONE)
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            eprintln!("error: {name} exists already\nhelp: name a file that does not");
            Ok(WRONG)
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            eprintln!("error: {name} can't be written: its folder does not exist\nhelp: make the folder first");
            Ok(WRONG)
        }
        Err(error) => {
            eprintln!("error: {name} can't be written: {error}");
            Ok(FAILED)
        }
    }
}

/// As a shell takes it for one word.
fn quoted(name: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "/._-+:@".contains(c);
    if name.chars().all(is_plain) { name.into() } else { format!("'{}'", name.replace('\'', "'\\''")) }
}

fn templates() -> String {
    let mut text = "Templates, for `busload new FILE --template NAME`:\n\n".to_string();
    for template in Template::value_variants() {
        if let Some(value) = template.to_possible_value() {
            text += &format!("  {:<15} {}\n", value.get_name(), value.get_help().map(ToString::to_string).unwrap_or_default());
        }
    }
    text
}

/// The starter's text; `FILE` stands for its name.
fn text(template: Template) -> &'static str {
    match template {
        Template::Ticketing => include_str!("templates/ticketing.toml"),
        Template::LightOrHeavy => include_str!("templates/light-or-heavy.toml"),
        Template::Feed => include_str!("templates/feed.toml"),
        Template::Segments => include_str!("templates/segments.toml"),
        Template::Outage => include_str!("templates/outage.toml"),
    }
}
