//! Which charts an outcome gives, in the page's order.

use super::colors::Colors;
use super::panel::Panel;
use super::{architecture, day, hops, latency, load};
use crate::report::facts::Facts;
use crate::report::picture::Picture;

/// A picture, the stem of its file name and the part of the page it belongs to.
pub struct Chart {
    pub stem: String,
    pub part: Part,
    pub picture: Picture,
    /// Where the page can draw it live.
    pub panel: Option<Panel>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Part {
    Architecture,
    Hops,
    Latency,
    Day,
}

/// All charts that the outcome has data for, in the page's order.
pub fn all(facts: &Facts) -> Vec<Chart> {
    let colors = Colors::of(facts);
    let mut charts = Vec::new();
    let mut add = |stem: &str, part, picture: Option<Picture>, panel: Option<Panel>| {
        let picture = picture.or_else(|| panel.as_ref().map(Panel::picture));
        charts.extend(picture.map(|picture| Chart { stem: stem.to_string(), part, picture, panel }));
    };
    add("architecture", Part::Architecture, architecture::picture(facts), None);
    add("hops", Part::Hops, hops::picture(facts), None);
    add("latency", Part::Latency, None, latency::panel(facts, &colors));
    add("throughput", Part::Day, None, day::throughput(facts, &colors));
    add("backlog", Part::Day, None, day::backlog(facts, &colors));
    add("utilization", Part::Day, None, day::utilization(facts, &colors));
    for sor in &facts.sors {
        add(&load_stem(facts, sor).unwrap_or_default(), Part::Day, None, load::panel(facts, sor));
    }
    charts
}

/// The file name of a system of record's chart.
pub fn load_stem(facts: &Facts, sor: &str) -> Option<String> {
    facts.sors.iter().position(|known| *known == sor).map(|index| format!("load_{}", stem(sor, index)))
}

/// A name that is safe as a file name; what is not gets a number.
fn stem(name: &str, index: usize) -> String {
    let safe = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if !name.is_empty() && name.len() <= 60 && name.chars().all(safe) { name.to_string() } else { format!("{}", index + 1) }
}
