//! One system of record's load over simulated time: its own users and, on top of them, polls and callbacks.

use super::colors::{CALLBACKS, OWN, POLLS};
use super::day::{at, points, shades, time_axis};
use super::panel::{Panel, Trace};
use crate::report::facts::{Facts, split};
use crate::report::scale::Scale;
use crate::report::text::plain;
use crate::units::Unit;

pub fn panel(facts: &Facts, sor: &str) -> Option<Panel> {
    let peak = facts.sor_peak(sor)?;
    let callbacks = facts.series(&format!("sor.{sor}.utilization.callbacks"))?;
    let own = facts.series(&format!("sor.{sor}.utilization.own"))?;
    let bound = bound(facts, sor);
    let polls = facts.series(&format!("sor.{sor}.utilization.polls"));
    let polled: Vec<f64> = match polls {
        Some(polls) => own.mean.iter().zip(&polls.mean).map(|(a, b)| a + b).collect(),
        None => own.mean.clone(),
    };
    let total: Vec<f64> = polled.iter().zip(&callbacks.mean).map(|(a, b)| a + b).collect();
    let top = peak.total().max(bound.as_ref().map_or(0.0, |(limit, _)| *limit));
    let (share, poll_share) = (Unit::Share.show(peak.callback_share()), Unit::Share.show(peak.poll_share()));
    let (named, when) = (plain(sor), at(facts, peak.at_s));
    let (title, subtitle) = match polls {
        None => (
            format!("Callbacks are {share} of {named}'s load at the peak, {when}"),
            "Share of its workers busy: with its own users' requests (gray), with subscribers' callbacks (on top)",
        ),
        Some(_) => (
            format!("Polls are {poll_share} and callbacks {share} of {named}'s load at the peak, {when}"),
            "Share of its workers busy: with its own users' requests (gray), with polls (violet), with callbacks (on top)",
        ),
    };
    let (x, x_title) = time_axis(facts);
    let edge = |values: &[f64]| points(own, values);
    let part = |name: &str, color, width, low: &[f64], high: &[f64]| Trace {
        entity: format!("sor.{sor}"),
        name: name.into(),
        color,
        width,
        points: edge(high),
        low: edge(low),
        high: edge(high),
        opacity: 0.55,
        is_named: true,
        has_dots: false,
    };
    let mut traces = vec![part("own users alone", OWN, 2.0, &vec![0.0; own.mean.len()], &own.mean)];
    traces.extend(polls.map(|_| part("with polls", POLLS, 2.0, &own.mean, &polled)));
    traces.push(part("with callbacks", CALLBACKS, 2.6, &polled, &total));
    Some(Panel {
        title,
        about: subtitle.into(),
        unit: Unit::Share,
        x,
        x_title: x_title.into(),
        is_of_time: true,
        y: Scale::of_values(Unit::Share, 0.0, top, f64::INFINITY),
        y_title: "Workers busy".into(),
        traces,
        bounds: bound.into_iter().collect(),
        shades: shades(facts),
        marks: Vec::new(),
    })
}

fn bound(facts: &Facts, sor: &str) -> Option<(f64, String)> {
    let about =
        |metric: &str| split(metric).is_some_and(|(kind, name, what)| kind == "sor" && name == sor && what.starts_with("utilization."));
    let objective = facts.outcome.objectives.iter().find(|objective| about(&objective.metric))?;
    let statistic = objective.metric.rsplit('.').next().unwrap_or_default();
    Some((objective.limit, format!("Objective: {} {}", plain(statistic), plain(&objective.bound))))
}
