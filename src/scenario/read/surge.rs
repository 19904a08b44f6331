//! `[[surge]]`: for a while an event comes so many times as often.

use super::event::SizedEvent;
use crate::scenario::reader::Reader;
use crate::scenario::spec::{Kind, Run};
use crate::scenario::values::{instant, number, span_above_zero};
use crate::sim::{Profile, Surge};
use crate::units::Time;

const EXAMPLE: &str = "[[surge]] with event, at, for and factor below it";
/// More surges than anybody plans for.
const SURGES_MAX: usize = 1_000;
const FACTOR_MAX: f64 = 1e6;

/// Puts each surge into the profile of its event.
pub(super) fn surges(root: &mut Reader<'_>, run: &Run, events: &mut [SizedEvent]) {
    let readers = root.list("surge", EXAMPLE);
    if readers.len() > SURGES_MAX {
        root.complain("surge", &format!("{} of them", readers.len()), &format!("write at most {SURGES_MAX}, or weights in `hourly`"));
        return;
    }
    for reader in readers {
        surge(reader, run, events);
    }
}

fn surge(mut reader: Reader<'_>, run: &Run, events: &mut [SizedEvent]) {
    let context = reader.context;
    let event = reader.require("event", "event = \"ticket_changed\"", |node| context.events.refer(node));
    let at = reader.require("at", "at = \"19:00\", or a span from the start such as \"34h\"", instant);
    let length = reader.require("for", "for = \"30m\"", span_above_zero);
    let factor = reader.require("factor", "factor = 4", number(0.0..=FACTOR_MAX));
    if let Some(event) = event.and_then(|event| events.get_mut(event)) {
        let has_rate = event.event.has_rate();
        let profile = &mut event.event.arrivals.profile;
        if !has_rate {
            reader.complain("event", "it has no `rate`: subscribers raise it", "name another event, or give that one a `rate`");
        } else if !event.event.arrivals.pattern.is_stretched() {
            let why = "the event's `arrivals` say themselves when it comes";
            reader.complain("event", why, "name another event, or give that one a `rate`");
        } else if let (Some(at), Some(length), Some(factor)) = (at, length, factor) {
            let surge = Surge { from: at, to: at + length, factor };
            check(&reader, run, profile, surge);
            profile.surges.push(surge);
        }
    }
    reader.done();
}

/// Something comes in its time, and its time comes.
fn check(reader: &Reader<'_>, run: &Run, profile: &Profile, surge: Surge) {
    let horizon = Time::ZERO + run.horizon;
    if run.kind == Kind::Steady {
        let what = "a surge has no steady state, and run.kind is \"steady\"";
        reader.complain("event", what, "remove the surge, or write kind = \"day\"");
    } else if surge.from >= horizon {
        let what = format!("{} is not before the horizon of {}", surge.from, run.horizon);
        reader.complain("at", &what, "write an earlier one, or a longer `horizon` in [run]");
    } else {
        let base = Profile { surges: Vec::new(), ..profile.clone() };
        if base.expected(surge.to.min(horizon)) <= base.expected(surge.from) {
            let because = "the event has no weight in `hourly` or `weekly` during the surge";
            reader.no_effect("factor", because, "write another time, or other weights");
        }
    }
}
