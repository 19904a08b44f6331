//! Disruptions that nobody would feel, and single ones in a steady state.

use crate::scenario::disruption::{Disruption, Effect, Target, When};
use crate::scenario::metrics::asked_sors;
use crate::scenario::reader::Context;
use crate::scenario::spec::{Kind, Scenario, Service};

/// Reports at the disruption's own tables, as they have no names.
pub(super) fn disruptions(context: &Context<'_>, scenario: &Scenario) {
    for (index, disruption) in scenario.disruptions.iter().enumerate() {
        let found = steady(scenario, disruption).or_else(|| idle(scenario, disruption));
        if let (Some((key, why, hint)), Some(place)) = (found, place(context, disruption)) {
            context.report(place, format!("disruption.{index}.{key}: {why}"), hint);
        }
    }
}
