//! What every station is asked for by arithmetic: a bar for the peak, the mean within it, the line where it is full.

use crate::outcome::check::{DesignCheck, Station};
use crate::report::chart::colors::CYCLE;
use crate::report::picture::{Anchor, DARK, GRID, MUTED, Picture, fitted};
use crate::report::plot::titled;
use crate::report::scale::Scale;
use crate::report::text::plain;
use crate::units::Unit;

const SHOWN: usize = 16;
const LEFT: f64 = 520.0;
const RIGHT: f64 = 1330.0;
const TOP: f64 = 170.0;
const TEXT: f64 = 19.0;

/// None where nothing is asked of any station.
pub fn picture(design: &DesignCheck) -> Option<Picture> {
    let shown: Vec<&Station> = design.stations.iter().filter(|station| station.load_peak > 0.0).take(SHOWN).collect();
    let fullest = shown.first()?;
    // Beyond twice full the picture would only be of that.
    let top = fullest.load_peak.clamp(1.0, 2.0);
    let scale = Scale::around(Unit::Share, 0.0, top).between(LEFT, RIGHT);
    let row = (620.0 / shown.len() as f64).clamp(34.0, 60.0);
    let bottom = TOP + row * shown.len() as f64;
    let more = design.stations.len().saturating_sub(SHOWN);
    let more = if more > 0 { format!("; {more} more in the table") } else { String::new() };
    let subtitle = format!("Share of what each station can do: pale in its worst five minutes, dark on average{more}");
    let title =
        format!("{} ({}) is the fullest station: {}", plain(&fullest.name), fullest.servers_are, Unit::Share.show(fullest.load_peak));
    let mut picture = titled(&title, &subtitle, (bottom + 90.0).max(400.0));
    for (value, text) in &scale.ticks {
        picture.line(vec![(scale.place(*value), TOP - 8.0), (scale.place(*value), bottom)], GRID, 1.0);
        picture.text((scale.place(*value), bottom + 22.0), text, 18.0, MUTED, Anchor::Middle);
    }
    for (index, station) in shown.into_iter().enumerate() {
        let at = TOP + row * (index as f64 + 0.5);
        let name = format!("{} ({})", plain(&station.name), station.servers_are);
        picture.text((LEFT - 18.0, at), &fitted(&name, TEXT, false, LEFT - 60.0), TEXT, DARK, Anchor::End);
        let color = if station.load_peak >= 1.0 { crate::report::chart::colors::CALLBACKS } else { CYCLE[0] };
        let (peak, mean) = (scale.place(station.load_peak), scale.place(station.load_mean));
        picture.rect((LEFT, at - row * 0.3), (peak - LEFT, row * 0.6), color.paler(0.6));
        picture.rect((LEFT, at - row * 0.3), (mean - LEFT, row * 0.6), color);
        let told = Unit::Share.show(station.load_peak);
        picture.label((peak + 10.0, at), &told, TEXT, DARK, Anchor::Start);
    }
    let full = scale.place(1.0);
    picture.dashes((full, TOP - 10.0), (full, bottom + 4.0), DARK, 2.0);
    picture.text((full, TOP - 22.0), "full", 18.0, DARK, Anchor::Middle);
    Some(picture)
}
