//! Who has which color: the same in all charts. Okabe and Ito's palette, told apart also by colour-blind readers.
//!
//! Vermilion belongs to callbacks everywhere and violet to polls, so no entity has them; yellow is too faint on white.

use crate::report::facts::{Facts, charted, entity};
use crate::report::picture::{Color, DARK};
use std::collections::BTreeMap;

pub const CALLBACKS: Color = Color(0xd5, 0x5e, 0x00);
pub const POLLS: Color = Color(0x5b, 0x4b, 0x9a);
pub const OWN: Color = Color(0x9a, 0xa5, 0xb1);

const LINKS: Color = Color(0x7f, 0x8c, 0x99);

const BLUE: Color = Color(0x00, 0x72, 0xb2);
const ORANGE: Color = Color(0xe6, 0x9f, 0x00);
const GREEN: Color = Color(0x00, 0x9e, 0x73);
const PURPLE: Color = Color(0xcc, 0x79, 0xa7);
const SKY: Color = Color(0x56, 0xb4, 0xe9);
const BROWN: Color = Color(0x7a, 0x5c, 0x3e);

/// In the order of rank; after the last one the first comes again.
pub const CYCLE: [Color; 6] = [BLUE, ORANGE, GREEN, PURPLE, SKY, BROWN];

/// Colors by entity, e.g. `subscriber.gate`.
pub struct Colors(BTreeMap<String, Color>);

impl Colors {
    /// The worst get the strongest colors; after the last color the first comes again.
    pub fn of(facts: &Facts) -> Self {
        let subscribers = facts.subscribers.iter().map(|name| entity(name));
        let sors = facts.sors.iter().map(|name| format!("sor.{name}"));
        let mut colors: BTreeMap<String, Color> = sors.zip([DARK, BROWN].into_iter().cycle()).collect();
        colors.extend(subscribers.zip(CYCLE.into_iter().cycle()));
        let stations: Vec<&str> = facts.stations().into_iter().map(|(name, _)| name).collect();
        let segments = stations.iter().filter(|name| name.starts_with("segment.")).map(|name| name.to_string());
        let stages = stations.iter().filter(|name| name.contains(".stage.")).map(|name| charted(name));
        colors.extend(segments.zip([SKY, PURPLE, GREEN].into_iter().cycle()));
        colors.extend(stages.zip([GREEN, ORANGE, PURPLE, BROWN, DARK].into_iter().cycle()));
        Colors(colors)
    }

    /// Links are gray; what else has no color of its own is dark.
    pub fn get(&self, entity: &str) -> Color {
        let otherwise = if entity.starts_with("link.") { LINKS } else { DARK };
        self.0.get(entity).copied().unwrap_or(otherwise)
    }
}
