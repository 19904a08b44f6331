//! The one embedded font (a subset of Inter, OFL, see assets/OFL.txt), registered once for measuring and for bitmaps.

use plotters::style::{FontDesc, FontFamily, FontStyle, register_font};
use std::sync::Once;

const FAMILY: &str = "Busload Sans";

/// What an SVG asks for: the embedded font's original where it is installed, else what the system has.
pub const STACK: &str = "Inter,system-ui,-apple-system,Segoe UI,Roboto,Helvetica,Arial,sans-serif";

/// The rasterizer's size is a font's whole height, ascent to descent, which is this much more than its em.
const HEIGHT_PER_EM: f64 = 1.21;

static REGISTERED: Once = Once::new();

/// The font in an em size.
pub fn font(size: f64, bold: bool) -> FontDesc<'static> {
    REGISTERED.call_once(|| {
        let regular = register_font(FAMILY, FontStyle::Normal, include_bytes!("assets/busload-sans-regular.otf"));
        let bold = register_font(FAMILY, FontStyle::Bold, include_bytes!("assets/busload-sans-bold.otf"));
        assert!(regular.is_ok() && bold.is_ok(), "the embedded font is not readable");
    });
    let style = if bold { FontStyle::Bold } else { FontStyle::Normal };
    FontDesc::new(FontFamily::Name(FAMILY), size * HEIGHT_PER_EM, style)
}

/// How far the baseline is below the point at which the rasterizer is told to draw, in ems.
pub const BASELINE: f64 = HEIGHT_PER_EM / 2.0;

/// A text's width at an em size.
pub fn width(text: &str, size: f64, bold: bool) -> f64 {
    // Measured large, because the measure is in whole pixels.
    let (_, (width, _)) = font(size * 16.0, bold).layout_box(text).expect("the font is registered");
    f64::from(width) / 16.0
}
