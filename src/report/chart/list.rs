//! Which charts an outcome gives, in the page's order.

use super::colors::Colors;
use super::{architecture, day, hops, latency, load};
use crate::report::facts::Facts;
use crate::report::picture::Picture;

/// A picture, the stem of its file name and the part of the page it belongs to.
pub struct Chart {
    pub stem: String,
    pub part: Part,
    pub picture: Picture,
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
    let mut add = |stem: &str, part, picture: Option<Picture>| {
        charts.extend(picture.map(|picture| Chart { stem: stem.to_string(), part, picture }));
    };
    add("architecture", Part::Architecture, architecture::picture(facts));
    add("hops", Part::Hops, hops::picture(facts));
    add("latency", Part::Latency, latency::picture(facts, &colors));
    add("throughput", Part::Day, day::throughput(facts, &colors));
    add("backlog", Part::Day, day::backlog(facts, &colors));
    for (index, sor) in facts.sors.iter().enumerate() {
        add(&format!("load_{}", stem(sor, index)), Part::Day, load::picture(facts, sor));
    }
    add("utilization", Part::Day, day::utilization(facts, &colors));
    charts
}

/// A name that is safe as a file name; what is not gets a number.
fn stem(name: &str, index: usize) -> String {
    let safe = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if !name.is_empty() && name.len() <= 60 && name.chars().all(safe) { name.to_string() } else { format!("{}", index + 1) }
}
