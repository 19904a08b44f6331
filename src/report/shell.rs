//! What every HTML page shares: one self-contained file with style, script and data within; nothing is ever fetched.
//!
//! Texts are escaped by the template engine; only the charts, which escape for themselves, go in as markup. Charts are complete as SVG,
//! for readers without script and on paper. Where script runs, those with two axes are drawn again so that they can be asked. That is
//! done with uPlot (embedded with its license): it is small, it draws thousands of points at once, and axes, cursors and zoom of its own
//! would be more code and less tried. `live.js` adds what it does not know: axes of nines and of settings, one zoom for all charts of a
//! day, reading by keyboard, and highlighting an entity everywhere.

use super::chart::Panel;
use super::picture::Picture;
use super::svg;
use super::text::plain;
use minijinja::{AutoEscape, Environment, Value, context};
use std::collections::BTreeMap;

const PAGE: &str = include_str!("assets/page.html.jinja");
const STYLE: &str = include_str!("assets/report.css");
const SCRIPT: &str = include_str!("assets/report.js");
const LIVE_SCRIPT: &str = include_str!("assets/live.js");
/// uPlot 1.6.32 with its style sheet and license (MIT).
const PLOTTER: [&str; 3] =
    [include_str!("assets/uplot-LICENSE.txt"), include_str!("assets/uplot.min.js"), include_str!("assets/uplot.min.css")];

/// A page of this template with these values; the panels are drawn live into the figures of their names.
pub fn page<'a>(template: &str, values: Value, panels: impl Iterator<Item = (&'a str, &'a Panel)>, is_day: bool) -> String {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.add_template("page", PAGE).expect("the page's frame is a template");
    let (live, plotter) = live(panels, is_day);
    let frame = context! {
        style => Value::from_safe_string(format!("{}\n{STYLE}", if live.is_some() { PLOTTER[2] } else { "" })),
        live => live.map(Value::from_safe_string),
        live_script => Value::from_safe_string(LIVE_SCRIPT.into()),
        plotter => Value::from_safe_string(plotter),
        script => Value::from_safe_string(SCRIPT.into()),
    };
    environment.render_str(template, context! { ..values, ..frame }).expect("the template fits its values")
}

/// A chart as a page shows it.
pub fn figure(stem: &str, picture: &Picture) -> Value {
    context! { stem, title => plain(&picture.name), about => plain(&picture.about), picture => drawing(picture) }
}

/// A picture as markup.
pub fn drawing(picture: &Picture) -> Value {
    Value::from_safe_string(svg::inline(picture))
}

/// The data of the charts that the page draws live, and the plotter with its license instead of its address.
fn live<'a>(panels: impl Iterator<Item = (&'a str, &'a Panel)>, is_day: bool) -> (Option<String>, String) {
    let data: BTreeMap<&str, _> = panels.map(|(stem, panel)| (stem, panel.data(is_day))).collect();
    // Inside a script element nothing is escaped but what could end it.
    let json = serde_json::to_string(&data).expect("charts are plain data").replace('<', "\\u003c");
    let [license, code, _] = PLOTTER;
    let code = code.split_once('\n').map_or(code, |(_, code)| code);
    ((!data.is_empty()).then_some(json), format!("/*! uPlot 1.6.32\n\n{license}*/\n{code}"))
}
