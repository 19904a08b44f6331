//! When events come: "poisson", "sine(amplitude=80%, period=24h)", "mmpp(2/s for 20s, 0.2/s for 50s)", and the hours of a day.

use super::call::{Call, Piece};
use super::{data, distribution};
use crate::scenario::document::{Node, Value};
use crate::scenario::problem::Fault;
use crate::scenario::reader::Context;
use crate::scenario::similar;
use crate::sim::Pattern;
use crate::units::{Rate, Share, Span, Time};

const NAMES: [&str; 6] = ["poisson", "regular", "gaps", "sine", "mmpp", "trace"];
/// More phases than anybody needs.
const PHASES_MAX: usize = 64;

/// The pattern, and the rate in events per second where the pattern carries one.
pub(in crate::scenario) fn arrivals<'a>(context: &'a Context<'a>) -> impl Fn(&Node) -> Result<(Pattern, Option<f64>), Fault> + 'a {
    move |node| {
        let Some(text) = node.text() else {
            return Err(Fault::new(format!("must be a text, not {}", node.value.kind()), "write for example \"poisson\" or \"regular\""));
        };
        let piece = Piece::new(text, 0);
        let Some(call) = Call::read(&piece)? else {
            return match piece.text {
                "poisson" => Ok((Pattern::Poisson, None)),
                "regular" => Ok((Pattern::Regular, None)),
                other => Err(unknown(other)),
            };
        };
        match call.name {
            "gaps" => gaps(&call, context, node),
            "sine" => sine(&call),
            "mmpp" => mmpp(&call),
            "trace" => trace(&call, context, node),
            "poisson" | "regular" => {
                Err(Fault::new(format!("{} takes no values", call.name), format!("write \"{}\", and the rate as `rate`", call.name)))
            }
            other => Err(piece.fault(unknown(other))),
        }
    }
}

fn unknown(name: &str) -> Fault {
    const FORMS: &str = "write for example gaps(exp(2s)), sine(amplitude=80%, period=24h), mmpp(2/s for 20s, 0.2/s for 50s) or trace(day.csv, column=sent_us, unit=us)";
    if NAMES.contains(&name) {
        return Fault::new(format!("{name} needs its values"), FORMS);
    }
    let hint = similar::nearest(name, NAMES)
        .map_or_else(|| format!("possible here: {}", NAMES.join(", ")), |near| format!("did you mean {near}?"));
    Fault::new(format!("there are no arrivals \"{name}\""), hint)
}

fn gaps(call: &Call<'_>, context: &Context<'_>, node: &Node) -> Result<(Pattern, Option<f64>), Fault> {
    const FORM: &str = "gaps(exp(2s))";
    // A comma within the distribution does not split it, as it stands within parentheses.
    let piece = call.next().ok_or_else(|| call.needs("a distribution", FORM))?;
    call.done(FORM)?;
    let gap = distribution::sum(&piece, context, node)?;
    let mean = gap.mean();
    if mean > 0.0 && mean.is_finite() {
        Ok((Pattern::Gaps(gap), Some(1.0 / mean)))
    } else {
        Err(piece.fault(Fault::new("gaps need a finite mean above 0", "write for example gaps(exp(2s))")))
    }
}

fn sine(call: &Call<'_>) -> Result<(Pattern, Option<f64>), Fault> {
    const FORM: &str = "sine(amplitude=80%, period=24h)";
    let amplitude = call.either("amplitude", FORM)?.parse::<Share>()?.0;
    let piece = call.either("period", FORM)?;
    let period: Span = piece.parse()?;
    call.done(FORM)?;
    if period.is_zero() {
        return Err(piece.fault(Fault::new("a period of no time", "write for example period=24h")));
    }
    Ok((Pattern::Sine { amplitude, period }, None))
}

fn mmpp(call: &Call<'_>) -> Result<(Pattern, Option<f64>), Fault> {
    const FORM: &str = "mmpp(2/s for 20s, 0.2/s for 50s)";
    let mut phases = Vec::new();
    while let Some(piece) = call.next() {
        let Some((rate, length)) = piece.text.split_once(" for ") else {
            return Err(piece.fault(Fault::new(format!("\"{}\" is not a phase", piece.text), format!("write it as {FORM}"))));
        };
        let rate: Rate = if rate.trim() == "0" { Rate::per_second(0.0) } else { Piece::new(rate, piece.range.start).parse()? };
        let length: Span = Piece::new(length, piece.range.end - length.len()).parse()?;
        if length.is_zero() {
            return Err(piece.fault(Fault::new("a phase of no time", format!("write it as {FORM}"))));
        }
        phases.push((rate.hertz(), length));
    }
    call.done(FORM)?;
    let total: f64 = phases.iter().map(|(_, length)| length.seconds()).sum();
    let mean = phases.iter().map(|(rate, length)| rate * length.seconds()).sum::<f64>() / total;
    match phases.len() {
        0 | 1 => Err(call.needs("two phases or more", FORM)),
        2..=PHASES_MAX if mean > 0.0 => Ok((Pattern::Mmpp(phases), Some(mean))),
        2..=PHASES_MAX => Err(Fault::new("nothing ever comes in any phase", format!("write it as {FORM}"))),
        _ => Err(Fault::new(format!("more than {PHASES_MAX} phases"), "join phases that are alike")),
    }
}

fn trace(call: &Call<'_>, context: &Context<'_>, node: &Node) -> Result<(Pattern, Option<f64>), Fault> {
    let rows = data::instants(call, context, node, "trace(day.csv, column=sent_us, unit=us, key=seq)")?;
    let length = rows.last().map_or(0.0, Time::seconds);
    // Over the time that the trace covers.
    let rate = if length > 0.0 { rows.len() as f64 / length } else { rows.len() as f64 };
    Ok((Pattern::Trace(rows.into()), Some(rate)))
}

/// Relative weights of the 24 hours, scaled to mean 1.
pub(in crate::scenario) fn hourly(node: &Node) -> Result<[f64; 24], Fault> {
    weights(node, "24 hours of a day", "write 24 numbers, the first for the hour from 0:00 to 1:00")
}

/// Relative weights of the seven days, scaled to mean 1.
pub(in crate::scenario) fn weekly(node: &Node) -> Result<[f64; 7], Fault> {
    weights(node, "7 days of a week", "write 7 numbers, the first for the first day of the run, which is a Monday")
}

fn weights<const N: usize>(node: &Node, of: &str, hint: &str) -> Result<[f64; N], Fault> {
    let Value::Array(items) = &node.value else { return Err(Fault::new(format!("must be an array, not {}", node.value.kind()), hint)) };
    if items.len() != N {
        return Err(Fault::new(format!("{} weights for the {of}", items.len()), hint));
    }
    let mut weights = [0.0; N];
    for (weight, item) in weights.iter_mut().zip(items) {
        *weight = super::number(0.0..=1e12)(item).map_err(|fault| fault.at(item.place))?;
    }
    let total: f64 = weights.iter().sum();
    if total <= 0.0 {
        return Err(Fault::new("all weights are 0: nothing would ever come", hint));
    }
    Ok(weights.map(|weight| weight * N as f64 / total))
}
