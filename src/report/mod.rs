//! What people look at: an outcome as terminal text, Markdown, CSV, JSON, charts and one HTML page.
//!
//! Reads nothing but an [`Outcome`](crate::outcome::Outcome): no file, no clock, no terminal. Equal outcomes give equal bytes. Whatever text
//! comes from a scenario is escaped for the format it goes to (`text`). Figures are told by [`crate::units::Unit`],
//! three digits for people; CSV and JSON carry all of them.
//!
//! `facts` looks things up, so that all renderers tell the same story; `chart` makes pictures (`picture`), which `svg`
//! and `png` write; `terminal`, `markdown`, `table` and `page` put it together. Charts are complete as SVG;
//! where the page's script runs, it draws those with axes again so that they can be asked.
pub mod answer;
mod chart;
pub mod export;
mod facts;
mod folder;
mod font;
mod markdown;
mod method;
mod page;
mod picture;
mod plot;
mod png;
mod scale;
mod shell;
mod slide;
mod svg;
mod table;
mod terminal;
mod text;

pub use folder::{Kind, json, render, render_only};
pub use terminal::terminal;
