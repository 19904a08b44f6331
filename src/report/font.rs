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
        let glyph = letters.map(letter).or_else(|| letters.map(lookalike(letter))).unwrap_or_default();
        let at = end;
        end += metrics.advance_width(glyph).unwrap_or_default();
        (glyph, at)
    });
    (glyphs.collect(), end)
}

/// The thinner sign, which the embedded font has, for one that it has not.
fn lookalike(letter: char) -> char {
    match letter {
        '✔' => '✓',
        '✘' => '✗',
        other => other,
    }
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

#[cfg(test)]
mod tests {
    use super::{face, lookalike};
    use crate::outcome::Verdict;
    use crate::report::text::verdict;
    use skrifa::MetadataProvider;
    use std::fs;
    use std::path::Path;

    /// What charts write beside ASCII and what people name themselves: a sign without a glyph would be a hole in the bitmap.
    #[test]
    fn every_sign_that_charts_write_has_a_glyph() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/report/chart");
        let mut signs: Vec<char> =
            [Verdict::Met, Verdict::Missed, Verdict::Undecided].iter().flat_map(|seen| verdict(*seen).0.chars()).collect();
        signs.extend(['…', '±']);
        for entry in fs::read_dir(folder).unwrap() {
            let code = fs::read_to_string(entry.unwrap().path()).unwrap();
            let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
            signs.extend(lines.flat_map(str::chars).filter(|c| !c.is_ascii()));
        }
        assert!(signs.contains(&'✔') && signs.contains(&'←'));
        for bold in [false, true] {
            let letters = face(bold).charmap();
            let missing: Vec<char> = signs.iter().copied().filter(|c| letters.map(lookalike(*c)).is_none()).collect();
            assert!(missing.is_empty(), "bold {bold}: {missing:?}");
        }
    }
}
