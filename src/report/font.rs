//! The one embedded font (a subset of Inter, OFL, see assets/OFL.txt): how wide a text is, and its outlines for bitmaps.

use skrifa::instance::{LocationRef, Size};
use skrifa::outline::{DrawSettings, OutlinePen};
use skrifa::{FontRef, GlyphId, MetadataProvider};
use zeno::{Command, PathBuilder};

/// What an SVG asks for: the embedded font's original where it is installed, else what the system has.
pub const STACK: &str = "Inter,system-ui,-apple-system,Segoe UI,Roboto,Helvetica,Arial,sans-serif";

/// How far the baseline of a text is below the middle of its line, in ems.
pub const BASELINE: f64 = 0.36;

const REGULAR: &[u8] = include_bytes!("assets/busload-sans-regular.otf");
const BOLD: &[u8] = include_bytes!("assets/busload-sans-bold.otf");

fn face(bold: bool) -> FontRef<'static> {
    FontRef::new(if bold { BOLD } else { REGULAR }).expect("the embedded font is readable")
}

/// A text's glyphs, each with its distance from the beginning, and where the text ends.
fn line(face: &FontRef<'_>, text: &str, size: f64) -> (Vec<(GlyphId, f32)>, f32) {
    let (letters, metrics) = (face.charmap(), face.glyph_metrics(Size::new(size as f32), LocationRef::default()));
    let mut end = 0.0;
    let glyphs = text.chars().map(|letter| {
        let glyph = letters.map(letter).unwrap_or_default();
        let at = end;
        end += metrics.advance_width(glyph).unwrap_or_default();
        (glyph, at)
    });
    (glyphs.collect(), end)
}

/// A text's width at an em size.
pub fn width(text: &str, size: f64, bold: bool) -> f64 {
    f64::from(line(&face(bold), text, size).1)
}

/// The outlines of a text that begins at `x` on a baseline at `y`.
pub fn outlines(text: &str, size: f64, bold: bool, (x, y): (f64, f64)) -> Vec<Command> {
    let face = face(bold);
    let outlines = face.outline_glyphs();
    let mut path = Vec::new();
    for (glyph, at) in line(&face, text, size).0 {
        let Some(outline) = outlines.get(glyph) else { continue };
        let mut pen = Pen { path: &mut path, x: x as f32 + at, y: y as f32 };
        outline.draw(DrawSettings::unhinted(Size::new(size as f32), LocationRef::default()), &mut pen).expect("an embedded glyph is sound");
    }
    path
}

/// Puts glyphs, whose y goes upward from the baseline, into a picture.
struct Pen<'p> {
    path: &'p mut Vec<Command>,
    x: f32,
    y: f32,
}

impl Pen<'_> {
    fn place(&self, x: f32, y: f32) -> (f32, f32) {
        (self.x + x, self.y - y)
    }
}

impl OutlinePen for Pen<'_> {
    fn move_to(&mut self, x: f32, y: f32) {
        self.path.move_to(self.place(x, y));
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.path.line_to(self.place(x, y));
    }

    fn quad_to(&mut self, cx: f32, cy: f32, x: f32, y: f32) {
        self.path.quad_to(self.place(cx, cy), self.place(x, y));
    }

    fn curve_to(&mut self, cx0: f32, cy0: f32, cx1: f32, cy1: f32, x: f32, y: f32) {
        self.path.curve_to(self.place(cx0, cy0), self.place(cx1, cy1), self.place(x, y));
    }

    fn close(&mut self) {
        self.path.close();
    }
}
