//! `load = 1.5`: one number that scales every rate of a design, for questions about its headroom. Mostly an override, not a line of
//! the file.
//!
//! Events come so many times as often, and so do the requests of the systems' own users. What follows from them (callbacks, derived
//! events) follows; polls keep their clock.

use crate::scenario::document::{Node, Value};
use crate::scenario::problem::Fault;
use crate::scenario::reader::Reader;
use crate::scenario::spec::{Event, Sor};
use crate::units::Rate;

/// Beyond these somebody has mistyped.
const RANGE: std::ops::RangeInclusive<f64> = 1e-6..=1e6;

/// Reads the scale, applies it and says what it is.
pub(super) fn load(reader: &mut Reader<'_>, events: &mut [Event], sors: &mut [Sor]) -> f64 {
    let Some(factor) = reader.get("load", factor).filter(|factor| *factor != 1.0) else { return 1.0 };
    for event in events.iter_mut() {
        let arrivals = &mut event.arrivals;
        match arrivals.pattern.faster(factor) {
            Some(pattern) => arrivals.pattern = pattern,
            None => {
                let what = format!("`event.{}` follows a trace, whose instants are what they are", event.name);
                reader.complain("load", &what, "give the event a rate, or leave the load at 1");
            }
        }
        arrivals.rate *= factor;
        arrivals.written = arrivals.written.map(|rate| scaled(rate, factor));
    }
    for sor in sors {
        sor.own_load = sor.own_load.map(|rate| scaled(rate, factor));
    }
    factor
}

fn scaled(rate: Rate, factor: f64) -> Rate {
    Rate { count: rate.count * factor, ..rate }
}

fn factor(node: &Node) -> Result<f64, Fault> {
    let number = match &node.value {
        Value::Integer(number) => *number as f64,
        Value::Float(number) => *number,
        _ => f64::NAN,
    };
    if RANGE.contains(&number) {
        Ok(number)
    } else {
        Err(Fault::new("not a factor for all rates", format!("write a number from {} to {}, such as 1.5", RANGE.start(), RANGE.end())))
    }
}
