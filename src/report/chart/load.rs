//! One system of record's load over simulated time: its own users and, on top of them, polls and callbacks.

use super::colors::{CALLBACKS, OWN, POLLS};
use super::day::{at, points, shade_disruptions, time_axis};
use crate::report::facts::{Facts, split};
use crate::report::picture::Picture;
use crate::report::plot::{EndLabel, Plot};
use crate::report::scale::Scale;
use crate::report::text::plain;
use crate::units::Unit;

pub fn picture(facts: &Facts, sor: &str) -> Option<Picture> {
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
    let (sor, when) = (plain(sor), at(facts, peak.at_s));
    let (title, subtitle) = match polls {
        None => (
            format!("Callbacks are {share} of {sor}'s load at the peak, {when}"),
            "Share of its workers busy: with its own users' requests (gray), with subscribers' callbacks (on top)",
        ),
        Some(_) => (
            format!("Polls are {poll_share} and callbacks {share} of {sor}'s load at the peak, {when}"),
            "Share of its workers busy: with its own users' requests (gray), with polls (violet), with callbacks (on top)",
        ),
    };
    let y = Scale::of_values(Unit::Share, 0.0, top, f64::INFINITY);
    let mut plot = Plot::new(&title, subtitle, time_axis(facts), (y, "Workers busy"));
    shade_disruptions(&mut plot, facts);
    let (ground, middle) = (points(own, &vec![0.0; own.mean.len()]), points(own, &own.mean));
    let (lower, upper) = (points(own, &polled), points(own, &total));
    plot.between(&ground, &middle, OWN, 0.55);
    plot.between(&middle[..lower.len().min(middle.len())], &lower, POLLS, 0.55);
    plot.between(&lower[..upper.len().min(lower.len())], &upper, CALLBACKS, 0.55);
    plot.line(&middle, OWN, 2.0);
    if polls.is_some() {
        plot.line(&lower, POLLS, 2.0);
    }
    plot.line(&upper, CALLBACKS, 2.6);
    if let Some((limit, name)) = bound {
        plot.bound(limit, &name);
    }
    let last = |values: &[f64]| values.last().copied().unwrap_or(0.0);
    let mut labels = vec![
        EndLabel { text: "with callbacks".into(), color: CALLBACKS, at: last(&total) },
        EndLabel { text: "own users alone".into(), color: OWN.darker(), at: last(&own.mean) },
    ];
    if polls.is_some() {
        labels.insert(1, EndLabel { text: "with polls".into(), color: POLLS, at: last(&polled) });
    }
    plot.end_labels(&labels);
    Some(plot.picture)
}

fn bound(facts: &Facts, sor: &str) -> Option<(f64, String)> {
    let about =
        |metric: &str| split(metric).is_some_and(|(kind, name, what)| kind == "sor" && name == sor && what.starts_with("utilization."));
    let objective = facts.outcome.objectives.iter().find(|objective| about(&objective.metric))?;
    let statistic = objective.metric.rsplit('.').next().unwrap_or_default();
    Some((objective.limit, format!("Objective: {} {}", plain(statistic), plain(&objective.bound))))
}
