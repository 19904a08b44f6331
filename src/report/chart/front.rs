//! Cost against latency: every setting that was simulated, and the line of those that nothing else beats on both.

use crate::outcome::Verdict;
use crate::outcome::size::SizeOutcome;
use crate::report::chart::colors::CYCLE;
use crate::report::picture::{Color, MUTED, Picture};
use crate::report::plot::{EndLabel, Plot};
use crate::report::scale::Scale;
use crate::report::text::plain;

/// Costs of settings by their values.
pub fn picture(outcome: &SizeOutcome, cost_of: impl Fn(&[String]) -> Option<f64>) -> Option<Picture> {
    let metric = outcome.front_metric.as_ref()?;
    let measured: Vec<(f64, f64, Verdict)> =
        outcome.points.iter().filter_map(|point| Some((cost_of(&point.values)?, point.metric(metric)?.point, point.verdict))).collect();
    if measured.len() < 2 {
        return None;
    }
    let unit = outcome.points.iter().find_map(|point| point.metric(metric))?.unit;
    let objective = outcome.points.iter().flat_map(|point| &point.objectives).find(|objective| objective.metric == *metric);
    let top = |values: &mut dyn Iterator<Item = f64>| values.fold(0.0, f64::max);
    let y_top = top(&mut measured.iter().map(|(_, value, _)| *value)).max(objective.map_or(0.0, |objective| objective.limit * 1.05));
    let least = measured.iter().map(|(_, value, _)| *value).filter(|value| *value > 0.0).fold(f64::INFINITY, f64::min);
    let x = Scale::of_values(outcome.cost_unit, 0.0, top(&mut measured.iter().map(|(cost, ..)| *cost)), f64::INFINITY);
    let y = Scale::of_values(unit, if least.is_finite() { least } else { 0.0 }, y_top, 30.0);
    let costs = if outcome.priced { "Cost a month" } else { "Units in all" };
    let subtitle = "Every setting that was simulated; blue: meets every objective, gray: does not; the line: none is cheaper and faster";
    let mut plot = Plot::new(&title(outcome, metric), subtitle, (x, costs), (y, &plain(metric)));
    let front: Vec<(f64, f64)> = outcome.front.iter().map(|point| (point.cost, point.value)).collect();
    plot.line(&front, CYCLE[0], 2.6);
    for (cost, value, verdict) in &measured {
        plot.dot((*cost, *value), color(*verdict));
    }
    if let Some(best) = &outcome.best
        && let Some((_, value, _)) = measured.iter().find(|(cost, _, verdict)| *cost == best.cost && *verdict == Verdict::Met)
    {
        plot.named_dot((best.cost, *value), CYCLE[0], "cheapest");
    }
    if let Some(objective) = objective {
        plot.bound(objective.limit, &format!("Objective: {}", plain(&objective.bound)));
    }
    plot.end_labels(
        &front.last().map(|(_, at)| EndLabel { text: "front".into(), color: CYCLE[0], at: *at }).into_iter().collect::<Vec<_>>(),
    );
    Some(plot.picture)
}

fn color(verdict: Verdict) -> Color {
    if verdict == Verdict::Met { CYCLE[0] } else { MUTED.paler(0.3) }
}

fn title(outcome: &SizeOutcome, metric: &str) -> String {
    let fastest = outcome.front.last().zip(outcome.front.first());
    match fastest {
        Some((fastest, cheapest)) if fastest.cost > cheapest.cost => format!(
            "{} from {} for {} to the fastest seen for {}",
            plain(metric),
            outcome.points.iter().find_map(|point| point.metric(metric)).map_or(String::new(), |found| found.unit.show(cheapest.value)),
            outcome.cost_unit.show(cheapest.cost),
            outcome.cost_unit.show(fastest.cost)
        ),
        _ => format!("{} and what it costs", plain(metric)),
    }
}
