//! A chart with two axes before it is drawn: [`Panel::picture`] draws it for files, [`Panel::data`] tells the page's script what to draw,
//! so that both show the same.
//!
//! Knows no outcome. Traces are drawn in their order, so the last one lies on top.

use crate::report::picture::{Color, Picture, Point};
use crate::report::plot::{EndLabel, Plot};
use crate::report::scale::{Kind, Scale};
use crate::units::Unit;
use serde::Serialize;
use std::collections::BTreeMap;

/// One line, with what is shaded about it.
pub struct Trace {
    /// E.g. `subscriber.gate`.
    pub entity: String,
    pub name: String,
    pub color: Color,
    pub width: f64,
    pub points: Vec<Point>,
    /// The shade's lower and upper edge: an interval, or a share that lies on others. Both may be empty.
    pub low: Vec<Point>,
    pub high: Vec<Point>,
    pub opacity: f64,
    /// Its name stands at its end.
    pub is_named: bool,
    /// Its points are what was simulated; between them nothing is known.
    pub has_dots: bool,
}

/// A point that is told of.
pub struct Mark {
    pub at: Point,
    pub color: Color,
    pub name: String,
}

pub struct Panel {
    pub title: String,
    pub about: String,
    pub unit: Unit,
    pub x: Scale,
    pub x_title: String,
    /// Along simulated time, or else along settings.
    pub is_of_time: bool,
    pub y: Scale,
    pub y_title: String,
    pub traces: Vec<Trace>,
    /// Objectives: value and name.
    pub bounds: Vec<(f64, String)>,
    /// Stretches of time in which something was broken.
    pub shades: Vec<(f64, f64, String)>,
    pub marks: Vec<Mark>,
}

impl Panel {
    pub fn picture(&self) -> Picture {
        let mut plot = Plot::new(&self.title, &self.about, (self.x.clone(), &self.x_title), (self.y.clone(), &self.y_title));
        plot.shades(&self.shades);
        for trace in &self.traces {
            plot.between(&trace.low, &trace.high, trace.color, trace.opacity);
            plot.line(&trace.points, trace.color, trace.width);
            trace.points.iter().filter(|_| trace.has_dots).for_each(|point| plot.dot(*point, trace.color));
        }
        self.marks.iter().for_each(|mark| plot.named_dot(mark.at, mark.color, &mark.name));
        plot.bounds(&self.bounds);
        let named = self.traces.iter().filter(|trace| trace.is_named);
        let label = |trace: &Trace| {
            let at = trace.points.last().map_or(0.0, |(_, value)| *value);
            EndLabel { text: trace.name.clone(), color: trace.color, at }
        };
        plot.end_labels(&named.map(label).collect::<Vec<_>>());
        plot.picture
    }

    /// What the page's script reads.
    pub fn data(&self, is_day: bool) -> Data<'_> {
        let all = self.traces.iter().flat_map(|trace| &trace.points);
        let places: BTreeMap<u64, f64> = all.map(|(x, _)| (x.to_bits(), *x)).collect();
        let mut x: Vec<f64> = places.into_values().collect();
        x.sort_by(f64::total_cmp);
        Data {
            title: &self.title,
            about: &self.about,
            unit: self.unit.symbol(),
            x_title: &self.x_title,
            y_title: &self.y_title,
            kind: self.kind(),
            is_day,
            is_x_log: self.x.kind == Kind::Log,
            ticks: if self.is_of_time { &[] } else { &self.x.ticks },
            is_log: self.y.kind == Kind::Log,
            x_range: (self.x.from, self.x.to),
            y_range: (self.y.from, self.y.to),
            traces: self.traces.iter().map(|trace| trace.data(&x)).collect(),
            x: x.into_iter().map(|x| if self.x.kind == Kind::Nines { x } else { short(x) }).collect(),
            bounds: &self.bounds,
            shades: &self.shades,
            marks: self.marks.iter().map(|mark| (mark.at.0, mark.at.1, mark.name.as_str())).collect(),
        }
    }

    fn kind(&self) -> &'static str {
        match () {
            () if self.x.kind == Kind::Nines => "nines",
            () if self.is_of_time => "time",
            () => "marks",
        }
    }
}

impl Trace {
    fn data(&self, x: &[f64]) -> TraceData<'_> {
        TraceData {
            entity: &self.entity,
            name: &self.name,
            color: self.color.hex(),
            width: self.width,
            opacity: self.opacity,
            is_named: self.is_named,
            has_dots: self.has_dots,
            values: joined(&self.points, x),
            low: joined(&self.low, x),
            high: joined(&self.high, x),
        }
    }
}

/// The points' values at all places, none where there is no point; empty for no points.
fn joined(points: &[Point], x: &[f64]) -> Vec<Option<f64>> {
    if points.is_empty() {
        return Vec::new();
    }
    let values: BTreeMap<u64, f64> = points.iter().map(|(x, value)| (x.to_bits(), short(*value))).collect();
    x.iter().map(|x| values.get(&x.to_bits()).copied().filter(|value| value.is_finite())).collect()
}

/// Five significant digits: more than any screen shows, and people read three.
fn short(value: f64) -> f64 {
    format!("{value:.4e}").parse().unwrap_or(value)
}

#[derive(Serialize)]
pub struct Data<'a> {
    title: &'a str,
    about: &'a str,
    unit: &'a str,
    x_title: &'a str,
    y_title: &'a str,
    kind: &'static str,
    is_day: bool,
    is_log: bool,
    is_x_log: bool,
    /// Of an axis of settings: where a text stands, and which.
    ticks: &'a [(f64, String)],
    x_range: (f64, f64),
    y_range: (f64, f64),
    x: Vec<f64>,
    traces: Vec<TraceData<'a>>,
    bounds: &'a [(f64, String)],
    shades: &'a [(f64, f64, String)],
    marks: Vec<(f64, f64, &'a str)>,
}

#[derive(Serialize)]
struct TraceData<'a> {
    entity: &'a str,
    name: &'a str,
    color: String,
    width: f64,
    opacity: f64,
    is_named: bool,
    has_dots: bool,
    values: Vec<Option<f64>>,
    low: Vec<Option<f64>>,
    high: Vec<Option<f64>>,
}
