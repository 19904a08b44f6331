//! When growth breaks each objective: a bar of time for each, met, then breaking somewhere between two loads, then missed.

use crate::outcome::Verdict;
use crate::outcome::forecast::{Forecast, Outlook};
use crate::report::picture::{Anchor, Color, DARK, FAINT, GRID, MUTED, Picture, fitted};
use crate::report::plot::titled;
use crate::report::text::plain;
use crate::units::three_digits;

const SHOWN: usize = 12;
const LEFT: f64 = 520.0;
const RIGHT: f64 = 1300.0;
const TOP: f64 = 176.0;
const MET: Color = Color(0x9f, 0xd8, 0xc6);
const MISSED: Color = Color(0xd5, 0x5e, 0x00);

/// None without objectives.
pub fn picture(forecast: &Forecast) -> Option<Picture> {
    let shown = &forecast.objectives[..forecast.objectives.len().min(SHOWN)];
    let first = shown.first()?;
    let months = 12.0 * forecast.years;
    let row = (600.0 / shown.len() as f64).clamp(46.0, 84.0);
    let bottom = TOP + row * shown.len() as f64;
    let growth = three_digits(forecast.growth_a_year * 100.0);
    let about = format!("Load growing by {growth} % a year; green: met, hatched: it breaks in this time, orange: missed");
    let mut picture = titled(&title(first, forecast.years), &about, bottom + 96.0);
    let place = |month: f64| LEFT + (RIGHT - LEFT) * (month / months).clamp(0.0, 1.0);
    for year in 0..=forecast.years.floor() as u32 {
        let at = place(12.0 * f64::from(year));
        picture.line(vec![(at, TOP - 6.0), (at, bottom)], GRID, 1.0);
        let load = (1.0 + forecast.growth_a_year).powf(f64::from(year));
        let name = if year == 0 { "today".to_string() } else { format!("{year} y") };
        picture.text((at, bottom + 22.0), &name, 18.0, MUTED, Anchor::Middle);
        picture.text((at, bottom + 48.0), &format!("{}x load", three_digits(load)), 16.0, MUTED, Anchor::Middle);
    }
    for (index, outlook) in shown.iter().enumerate() {
        draw(&mut picture, outlook, (TOP + row * (index as f64 + 0.5), row * 0.5), (place, months));
    }
    Some(picture)
}

fn title(first: &Outlook, years: f64) -> String {
    let (metric, bound) = (plain(&first.metric), plain(&first.bound));
    match (first.verdict, first.months_to) {
        (Verdict::Missed, _) => format!("{metric} {bound} is missed already today"),
        (_, Some(to)) => format!("{metric} {bound} breaks first, {}", within(first.months_from, to)),
        _ => format!("No objective breaks within {} years", three_digits(years)),
    }
}

fn within(from: Option<f64>, to: f64) -> String {
    match from {
        Some(from) => format!("in {} to {} months", three_digits(from), three_digits(to)),
        None => format!("within {} months", three_digits(to)),
    }
}

fn draw(picture: &mut Picture, outlook: &Outlook, (at, thick): (f64, f64), (place, months): (impl Fn(f64) -> f64, f64)) {
    let name = fitted(&format!("{} {}", plain(&outlook.metric), plain(&outlook.bound)), 18.0, false, LEFT - 60.0);
    picture.text((LEFT - 18.0, at), &name, 18.0, DARK, Anchor::End);
    let (from, to) = match (outlook.verdict, outlook.months_to) {
        (Verdict::Missed, _) => (0.0, 0.0),
        (_, Some(to)) => (outlook.months_from.unwrap_or(0.0), to),
        (_, None) => (outlook.months_from.unwrap_or(months), months),
    };
    let mut stretch = |from: f64, to: f64, color: Color| {
        let (left, right) = (place(from), place(to));
        if right > left {
            picture.rect((left, at - thick / 2.0), (right - left, thick), color);
        }
    };
    stretch(0.0, from, MET);
    stretch(from, to, Color(0xf3, 0xf4, 0xf6));
    stretch(to, months, MISSED);
    if place(to) > place(from) {
        picture.hatch((place(from), at - thick / 2.0), (place(to) - place(from), thick), MISSED, 2.0);
    }
    picture.frame((LEFT, at - thick / 2.0), (RIGHT - LEFT, thick), FAINT, 1.2);
    let told = match (outlook.verdict, outlook.months_to) {
        (Verdict::Missed, _) => "✘ missed today".to_string(),
        (_, Some(to)) => within(outlook.months_from, to),
        _ => "not seen to break".to_string(),
    };
    picture.text((RIGHT + 18.0, at), &fitted(&told, 19.0, false, 270.0), 19.0, DARK, Anchor::Start);
}
