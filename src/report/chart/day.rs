//! Series over simulated time, several entities in one plot: throughput, backlog, utilization.

use super::colors::Colors;
use super::panel::{Panel, Trace};
use crate::outcome::Series;
use crate::report::facts::{Facts, charted, split};
use crate::report::picture::{FAINT, Point};
use crate::report::scale::Scale;
use crate::report::text::{clock, plain};
use crate::units::Unit;

const LABELED: usize = 5;
const GRAY_MAX: usize = 16;

/// One entity's line.
struct Track<'a> {
    entity: String,
    name: String,
    unit: Unit,
    mean: Vec<Point>,
    band: Option<&'a Series>,
    peak: Point,
}

pub fn throughput(facts: &Facts, colors: &Colors) -> Option<Panel> {
    let raised = tracks(facts, |kind, quantity| kind == "event" && quantity == "raised");
    let mut all = tracks(facts, |kind, quantity| matches!(kind, "subscriber" | "poller") && quantity == "throughput");
    let title = match (raised.first(), all.first()) {
        (Some(top), _) => format!("{} peaks at {}, {}", top.name, top.unit.show(top.peak.1), when(facts, top)),
        (None, Some(top)) => format!("{} handles at most {}, {}", top.name, top.unit.show(top.peak.1), when(facts, top)),
        _ => return None,
    };
    let count = raised.len();
    all.splice(0..0, raised.into_iter().map(|track| Track { name: format!("{} raised", track.name), ..track }));
    panel(facts, colors, all, (&title, "Events raised, and events that each subscriber finished", "Events per second"), count.min(2))
}

pub fn backlog(facts: &Facts, colors: &Colors) -> Option<Panel> {
    let mut all = tracks(facts, |kind, quantity| matches!(kind, "subscriber" | "poller" | "queue") && quantity == "backlog");
    // What the broker does not take is a backlog too, and is there instead.
    let held_back = tracks(facts, |kind, quantity| kind == "event" && quantity == "waiting_line").into_iter();
    all.extend(
        held_back.filter(|track| track.peak.1 > 0.0).map(|track| Track { name: format!("{} at its publisher", track.name), ..track }),
    );
    sort(&mut all);
    let top = all.first()?;
    let title = match top.peak.1 {
        peak if peak < 0.05 => format!("No backlog builds up at the broker{}", in_hand(facts)),
        peak => format!("The backlog of {} is highest: {} messages {}", top.name, top.unit.show(peak), when(facts, top)),
    };
    panel(
        facts,
        colors,
        all,
        (&title, "Ready messages that wait for each subscription, and changes that publishers hold back", "Messages"),
        0,
    )
}

/// What the broker has handed over may wait elsewhere: for a worker, or behind a system of record.
fn in_hand(facts: &Facts) -> String {
    let held = facts.subscribers.iter().filter_map(|name| Some((name, facts.metric("subscriber", name, "in_flight.max")?)));
    match held.max_by(|a, b| a.1.point.total_cmp(&b.1.point)) {
        Some((name, most)) if most.point > 0.0 => {
            format!("; {} has up to {} messages in hand", plain(name), most.unit.show(most.point))
        }
        _ => String::new(),
    }
}

pub fn utilization(facts: &Facts, colors: &Colors) -> Option<Panel> {
    let mut all = tracks(facts, |_, quantity| quantity == "utilization");
    all.extend(
        facts.sors.iter().filter(|sor| facts.series(&format!("sor.{sor}.utilization")).is_none()).filter_map(|sor| sor_total(facts, sor)),
    );
    sort(&mut all);
    let highest = all.first()?.peak.1;
    // Of equally busy ones the one that is named elsewhere.
    let bottleneck = facts.bottleneck().map_or(String::new(), |(station, _)| charted(station));
    let top = all.iter().find(|track| track.entity == bottleneck && track.peak.1 >= highest).or(all.first())?;
    let title = format!("{} is the busiest station: {} {}", plain(&top.entity), top.unit.show(top.peak.1), when(facts, top));
    panel(
        facts,
        colors,
        all,
        (
            &title,
            "Share of each station's servers at work, mean of the runs: the worst five minutes of each run are above it",
            "Utilization",
        ),
        0,
    )
}

fn tracks<'a>(facts: &Facts<'a>, wanted: impl Fn(&str, &str) -> bool) -> Vec<Track<'a>> {
    let track = |series: &'a Series| {
        let (kind, name, quantity) = split(&series.name)?;
        // A stage of a pipeline is a station of its own.
        let of_stage = quantity.strip_prefix("stage.").and_then(|rest| rest.split_once('.'));
        let (stage, quantity) = of_stage.map_or((String::new(), quantity), |(stage, quantity)| (format!(" {stage}"), quantity));
        let mean = points(series, &series.mean);
        (wanted(kind, quantity) && !mean.is_empty()).then(|| Track {
            entity: format!("{kind}.{name}{stage}"),
            name: plain(&if kind == "poller" { format!("{kind}.{name}") } else { format!("{name}{stage}") }),
            unit: series.unit,
            peak: highest(&mean),
            mean,
            band: Some(series),
        })
    };
    let mut found: Vec<Track> = facts.outcome.series.iter().filter_map(track).collect();
    sort(&mut found);
    found
}

fn sort(tracks: &mut [Track]) {
    tracks.sort_by(|a, b| b.peak.1.total_cmp(&a.peak.1).then_with(|| a.entity.cmp(&b.entity)));
}

/// A system of record's callbacks, polls and own requests together.
fn sor_total<'a>(facts: &Facts<'a>, sor: &str) -> Option<Track<'a>> {
    let callbacks = facts.series(&format!("sor.{sor}.utilization.callbacks"))?;
    let own = facts.series(&format!("sor.{sor}.utilization.own"))?;
    let polls = facts.series(&format!("sor.{sor}.utilization.polls"));
    let polled = |step: usize| polls.and_then(|polls| polls.mean.get(step)).copied().unwrap_or(0.0);
    let total: Vec<f64> = callbacks.mean.iter().zip(&own.mean).enumerate().map(|(step, (a, b))| a + b + polled(step)).collect();
    let mean = points(callbacks, &total);
    (!mean.is_empty()).then(|| Track {
        entity: format!("sor.{sor}"),
        name: plain(sor),
        unit: Unit::Share,
        peak: highest(&mean),
        mean,
        band: None,
    })
}

fn highest(points: &[Point]) -> Point {
    points.iter().copied().fold((0.0, f64::NEG_INFINITY), |top, point| if point.1 > top.1 { point } else { top })
}

/// Each step's mean in the middle of its step.
pub fn points(series: &Series, values: &[f64]) -> Vec<Point> {
    let at = |(index, value): (usize, &f64)| ((index as f64 + 0.5) * series.step_s, *value);
    values.iter().enumerate().map(at).filter(|(_, value)| value.is_finite()).collect()
}

fn when(facts: &Facts, track: &Track) -> String {
    let half = track.band.map_or_else(|| facts.outcome.series.first().map_or(0.0, |series| series.step_s), |series| series.step_s) / 2.0;
    at(facts, track.peak.0 - half)
}

/// A moment in the words of the run's kind.
pub fn at(facts: &Facts, seconds: f64) -> String {
    if is_day(facts) { format!("at {}", clock(seconds)) } else { format!("after {}", Unit::Seconds.show(seconds)) }
}

pub fn is_day(facts: &Facts) -> bool {
    facts.outcome.run.kind == "day"
}

/// The axis of simulated time and its title.
pub fn time_axis(facts: &Facts) -> (Scale, &'static str) {
    let end = facts.outcome.series.iter().map(|series| series.step_s * series.mean.len() as f64).fold(0.0, f64::max);
    let title = if is_day(facts) { "Hour of the day" } else { "Simulated time" };
    (Scale::of_time(0.0, end, is_day(facts)), title)
}

/// Those that begin and end together have one name, of at most three of theirs.
pub fn shades(facts: &Facts) -> Vec<(f64, f64, String)> {
    const NAMED_MAX: usize = 3;
    let mut stretches: Vec<(f64, f64, Vec<String>)> = Vec::new();
    for disruption in &facts.outcome.disruptions {
        let name = plain(&format!("{} {}", disruption.what, disruption.kind));
        match stretches.iter_mut().find(|(from, to, _)| (*from, *to) == (disruption.from_s, disruption.to_s)) {
            Some((.., names)) => names.push(name),
            None => stretches.push((disruption.from_s, disruption.to_s, vec![name])),
        }
    }
    stretches.sort_by(|a, b| a.0.total_cmp(&b.0));
    let text = |names: Vec<String>| match names.len().saturating_sub(NAMED_MAX) {
        0 => names.join(", "),
        more => format!("{}, and {more} more", names[..NAMED_MAX].join(", ")),
    };
    stretches.into_iter().map(|(from, to, names)| (from, to, text(names))).collect()
}

/// The first `broad` tracks are a pale ground for the others; after five lines the rest is gray.
fn panel(facts: &Facts, colors: &Colors, all: Vec<Track>, (title, subtitle, y_title): (&str, &str, &str), broad: usize) -> Option<Panel> {
    let unit = all.first()?.unit;
    let bands = all.iter().take(LABELED).filter_map(|track| track.band).flat_map(|series| series.high.iter().copied());
    let top = all.iter().map(|track| track.peak.1).chain(bands).fold(0.0, f64::max);
    // One more line is better named than told about.
    let labeled = if all.len() <= LABELED + 1 { all.len() } else { LABELED };
    let others = all.len().min(labeled + GRAY_MAX) - labeled;
    let gray = match all.len() - labeled - others {
        0 if others == 0 => String::new(),
        0 => format!("; the highest {labeled} named, {others} others in gray"),
        hidden => format!("; the highest {labeled} named, {others} others in gray, {hidden} not drawn"),
    };
    let (x, x_title) = time_axis(facts);
    let traces = all.into_iter().take(labeled + others).enumerate();
    let mut traces: Vec<Trace> = traces.map(|(index, track)| trace(colors, track, index < broad, index < labeled)).collect();
    // Gray lines lie below those that are named.
    traces.rotate_left(labeled);
    Some(Panel {
        title: title.into(),
        about: format!("{subtitle}{gray}"),
        unit,
        x,
        x_title: x_title.into(),
        is_of_time: true,
        y: Scale::of_values(unit, 0.0, top, f64::INFINITY),
        y_title: y_title.into(),
        traces,
        bounds: Vec::new(),
        shades: shades(facts),
        marks: Vec::new(),
    })
}

fn trace(colors: &Colors, track: Track, is_broad: bool, is_named: bool) -> Trace {
    let (color, width) = match (is_broad, is_named) {
        (true, _) => (FAINT, 8.0),
        (_, true) => (colors.get(&track.entity), 2.6),
        _ => (FAINT, 1.2),
    };
    let band = track.band.filter(|_| is_named);
    let side = |values: fn(&Series) -> &Vec<f64>| band.map_or(Vec::new(), |series| points(series, values(series)));
    Trace {
        entity: track.entity,
        name: track.name,
        color,
        width,
        low: side(|series| &series.low),
        high: side(|series| &series.high),
        points: track.mean,
        opacity: 0.18,
        is_named,
        has_dots: false,
    }
}
