//! Problems as the full text that a person sees, from `tests/problems/*.txt`: a heading, what is done to the base, `----`, and what is
//! said. `UPDATE=1 cargo test` rewrites the answers; read them: is it clear what to do?
//!
//! What is done: `-line` takes a line out of the base, `+line` puts one in its place (or at the end), `repeat N line` puts many there,
//! `empty` begins with nothing, `set PATH=VALUE` is an override, and after `file NAME` the `+` lines are that file's.
//!
//! The last test keeps it so that every sentence of the language's sources is in one of these texts.

use crate::scenario_help::{BASE, seen};
use busload::scenario::{MemoryFiles, load};
use std::fs;
use std::path::{Path, PathBuf};

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Files with this ending in a folder of the repository, and below it, in order.
fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![here(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            match entry.is_dir() {
                true => folders.push(entry),
                false if entry.extension().is_some_and(|extension| extension == ending) => found.push(entry),
                false => {}
            }
        }
    }
    found.sort();
    found
}

/// A scenario that is being spoiled.
struct Spoiled {
    lines: Vec<String>,
    /// Where the next line goes; none: at the end.
    at: Option<usize>,
    files: Vec<(String, String)>,
    settings: Vec<(String, String)>,
}

impl Spoiled {
    fn new() -> Spoiled {
        Spoiled { lines: BASE.lines().map(String::from).collect(), at: None, files: Vec::new(), settings: Vec::new() }
    }

    fn put(&mut self, line: &str) {
        if let Some((_, text)) = self.files.last_mut() {
            *text += &format!("{line}\n");
            return;
        }
        let at = self.at.unwrap_or(self.lines.len());
        self.lines.insert(at, line.into());
        self.at = self.at.map(|at| at + 1);
    }

    fn obey(&mut self, order: &str) {
        if let Some(line) = order.strip_prefix('-') {
            let at = self.lines.iter().position(|known| known == line).unwrap_or_else(|| panic!("the base has no line {line:?}"));
            self.lines.remove(at);
            self.at = Some(at);
        } else if let Some(line) = order.strip_prefix('+') {
            self.put(line);
        } else if let Some((count, line)) = order.strip_prefix("repeat ").and_then(|rest| rest.split_once(' ')) {
            (0..count.parse().unwrap()).for_each(|n: u32| self.put(&line.replace("{n}", &n.to_string()).replace("\\n", "\n")));
        } else if let Some((path, value)) = order.strip_prefix("set ").and_then(|rest| rest.split_once('=')) {
            self.settings.push((path.into(), value.into()));
        } else if let Some(name) = order.strip_prefix("file ") {
            self.files.push((name.into(), String::new()));
        } else if order == "empty" {
            self.lines.clear();
        } else {
            panic!("what is {order:?}?");
        }
    }

    fn seen(&self) -> String {
        let memory = MemoryFiles::default().with("a.toml", self.lines.join("\n") + "\n");
        let mut memory = self.files.iter().fold(memory, |memory, (name, text)| memory.with(name, text.as_str()));
        seen(load("a.toml", &mut memory, &self.settings))
    }
}

/// The cases of a file: heading with orders, and answer.
fn cases(text: &str) -> Vec<(&str, &str)> {
    let starts: Vec<usize> = text.match_indices("# ").map(|(at, _)| at).filter(|at| *at == 0 || text[..*at].ends_with('\n')).collect();
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    starts.iter().zip(ends).map(|(start, end)| text[*start..end].split_once("----\n").unwrap_or((&text[*start..end], ""))).collect()
}

#[test]
fn problems_are_told_as_they_are_written_down() {
    let mut wrong = Vec::new();
    for path in files("tests/problems", "txt") {
        let text = fs::read_to_string(&path).unwrap();
        let mut now = String::new();
        for (orders, _) in cases(&text) {
            let mut spoiled = Spoiled::new();
            orders.lines().skip(1).filter(|line| !line.is_empty()).for_each(|order| spoiled.obey(order));
            let said = spoiled.seen();
            let remedies = said.lines().filter(|line| line.trim_start().starts_with("= help: ")).count();
            if remedies == 0 || remedies != said.lines().filter(|line| line.starts_with("error: ")).count() {
                wrong.push(format!("{}: {}", path.display(), orders.lines().next().unwrap_or_default()));
            }
            now += &format!("{}\n----\n{}\n\n", orders.trim_end(), said.trim_end());
        }
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&path, &now).unwrap();
        } else if now != text {
            let differs = now.lines().zip(text.lines()).find(|(now, then)| now != then);
            panic!("{}: {differs:?}\n\nUPDATE=1 rewrites the answers", path.display());
        }
    }
    assert!(wrong.is_empty(), "these say nothing, or without a remedy:\n{}", wrong.join("\n"));
}

/// String literals of Rust code, without comments and the module's own tests; `\` at a line's end joins lines.
fn literals(code: &str) -> Vec<String> {
    let code = code.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    let lines: Vec<&str> = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let code = lines.join("\n");
    let (mut found, mut rest) = (Vec::new(), code.chars().peekable());
    while let Some(c) = rest.next() {
        match c {
            '\'' => skip_character(&mut rest),
            '"' => {
                let mut literal = String::new();
                while let Some(c) = rest.next().filter(|c| *c != '"') {
                    match (c, rest.peek()) {
                        ('\\', Some('\n')) => while rest.next_if(|c| c.is_whitespace()).is_some() {},
                        ('\\', _) => literal.extend(rest.next()),
                        _ => literal.push(c),
                    }
                }
                found.push(literal);
            }
            _ => {}
        }
    }
    found
}

/// Behind a quote: a character, or the name of a lifetime.
fn skip_character(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    let mut ahead = rest.clone();
    let length = if ahead.next() == Some('\\') { 2 } else { 1 };
    if rest.clone().nth(length) == Some('\'') {
        (0..=length).for_each(|_| _ = rest.next());
    }
}

/// The longest part of a sentence that is always the same.
fn fixed_part(literal: &str) -> String {
    let whole = literal.replace("{{", "\u{1}").replace("}}", "\u{2}");
    let mut parts = vec![String::new()];
    let mut depth = 0;
    for c in whole.chars() {
        match c {
            '{' => depth += 1,
            '}' => {
                depth -= 1;
                parts.push(String::new());
            }
            c if depth == 0 => parts.last_mut().unwrap().push(c),
            _ => {}
        }
    }
    let longest = parts.into_iter().max_by_key(String::len).unwrap_or_default();
    longest.replace('\u{1}', "{").replace('\u{2}', "}").trim().to_string()
}

/// Not told in a problem of a file.
const ELSEWHERE: [&str; 25] = [
    // Of the command line and of files on the disk: `commands`, `hostile_files`.
    "more than {VALUES_MAX} values: name the ones that matter",
    "values with commas between, as 4,8,16 or 1..8",
    "stands there twice",
    "ends before it begins: write the smaller number first",
    "is larger than {}, the most that is read",
    // A disk that breaks while it is read.
    "can't be read: {error}",
    "can't be unpacked",
    "a name that ends with .gz promises a gzip file",
    "is not UTF-8 text (line",
    "save the file as UTF-8",
    // Of an outcome that is read.
    "there is no unit",
    "this row is not UTF-8 text",
    ", of which the first {SHOWN} are shown",
    // Of the library: texts do not get so far, as what they say is looked at before.
    "an empty path",
    "sd and cv give the mean by division",
    "give the mean",
    "are the same moment twice",
    "give two different ones of mean, sd, cv and percentiles",
    "a mean is above 0",
    "a standard deviation is 0 or more",
    "a coefficient of variation is 0 or more",
    "a percentile lies between p0 and p100",
    "with {given} the {name} is at least {}",
    // Of what is not varied: `sensitivity`.
    "it has no quantity that can be scaled: give its ends",
    // Four gigabytes of a trace.
    "use a shorter trace, or keep some of its rows with where=",
];

/// A sentence that nobody has read is a sentence that nobody understands.
#[test]
fn every_sentence_of_the_language_is_in_a_test() {
    let told: String = files("tests/problems", "txt")
        .into_iter()
        .chain(files("tests/it", "rs").into_iter().filter(|path| path.to_string_lossy().contains("problems")))
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    // In other tests' sources a quote may be escaped.
    let told = told.replace("\\\"", "\"");
    // What keys and metrics mean is told elsewhere.
    let describes = |path: &PathBuf| ["language", "metrics.rs", "stages.rs"].iter().any(|part| path.to_string_lossy().contains(part));
    let sources = files("src/scenario", "rs")
        .into_iter()
        .filter(|path| !describes(path))
        .chain([here("src/units/parse.rs"), here("src/sim/distribution/fit.rs")]);
    let mut untold = Vec::new();
    for path in sources {
        for literal in literals(&fs::read_to_string(&path).unwrap()) {
            let part = fixed_part(&literal);
            let is_sentence = literal.matches(' ').count() >= 2 && part.len() >= 6;
            if is_sentence && !told.contains(&part) && !ELSEWHERE.iter().any(|known| literal.contains(known)) {
                untold.push(format!("{}: {literal}", path.file_name().unwrap().to_string_lossy()));
            }
        }
    }
    assert!(untold.is_empty(), "{} sentences are in no test:\n{}", untold.len(), untold.join("\n"));
}
