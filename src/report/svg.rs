//! A picture as SVG text: scales to its container, has no script, no link and no style sheet.

use super::font;
use super::picture::{Anchor, BLACK, Color, DARK, FAINT, GRID, MUTED, Picture, Point, SOFT, Shape, Text, WHITE};
use super::slide::slide;
use super::text::xml;
use std::fmt::Write;

/// A file of its own, a slide: black on white wherever it is shown.
pub fn file(picture: &Picture) -> String {
    let picture = slide(picture);
    let opening = format!("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}\" height=\"{}\"", picture.width, picture.height);
    write(&picture, &opening, Ink::Fixed)
}

/// Inside a page, which writes the heading itself: HTML knows the namespace, and the page's style sheet says what ground and ink are.
pub fn inline(picture: &Picture) -> String {
    write(picture, "<svg", Ink::Themed)
}

#[derive(Clone, Copy, PartialEq)]
enum Ink {
    Fixed,
    Themed,
}

impl Ink {
    fn line(self, color: Color) -> String {
        self.named(color, &[(DARK, "ink"), (MUTED, "muted"), (FAINT, "faint"), (GRID, "line"), (SOFT, "soft"), (WHITE, "ground")])
    }

    /// Texts on colored boxes are white or black on every ground.
    fn text(self, color: Color) -> String {
        self.named(color, &[(DARK, "ink"), (MUTED, "muted")])
    }

    fn named(self, color: Color, names: &[(Color, &str)]) -> String {
        match names.iter().find(|(known, _)| *known == color && self == Ink::Themed) {
            Some((_, name)) => format!("var(--{name})"),
            None => color.hex(),
        }
    }
}

fn write(picture: &Picture, opening: &str, ink: Ink) -> String {
    let (width, top, height) = (picture.width, picture.heading, picture.height - picture.heading);
    let (name, about) = (xml(&picture.name), xml(&picture.about));
    let mut out = format!(
        "{opening} viewBox=\"0 {top} {width} {height}\" role=\"img\" aria-label=\"{name}\" font-family=\"{}\" stroke-linejoin=\"round\">\n",
        font::STACK
    );
    let _ = writeln!(
        out,
        "<title>{name}</title>\n<desc>{about}</desc>\n<rect y=\"{top}\" width=\"{width}\" height=\"{height}\" fill=\"{}\"/>",
        ink.line(WHITE)
    );
    for shape in &picture.shapes {
        match shape {
            Shape::Line { points, color, width } => {
                let (path, color) = (path(points), ink.line(*color));
                let _ = writeln!(out, "<path d=\"{path}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"{width:.1}\"/>");
            }
            Shape::Area { points, color, opacity } => {
                let opacity = if *opacity < 1.0 { format!(" fill-opacity=\"{opacity}\"") } else { String::new() };
                let _ = writeln!(out, "<path d=\"{}z\" fill=\"{}\"{opacity}/>", path(points), ink.line(*color));
            }
            Shape::Text(text) => write_text(&mut out, text, ink),
            Shape::Open(entity) => {
                let _ = writeln!(out, "<g data-entity=\"{}\">", xml(entity));
            }
            Shape::Close => out.push_str("</g>\n"),
        }
    }
    out + "</svg>\n"
}

/// In tenths of a pixel, each point as its distance from the one before; a level stretch is one step.
fn path(points: &[Point]) -> String {
    let tenths = |(x, y): &Point| ((x * 10.0).round() as i64, (y * 10.0).round() as i64);
    let mut points: Vec<(i64, i64)> = points.iter().map(tenths).collect();
    points.dedup();
    let Some(&(mut last)) = points.first() else { return String::new() };
    let mut out = format!("M{} {}l", told(last.0), told(last.1));
    for (index, point) in points.iter().enumerate().skip(1) {
        let is_level =
            points.get(index + 1).is_some_and(|next| last.1 == point.1 && point.1 == next.1 && (next.0 > point.0) == (point.0 > last.0));
        if !is_level {
            let (dx, dy) = (told(point.0 - last.0), told(point.1 - last.1));
            let gap = if dy.starts_with('-') { "" } else { " " };
            let before = if out.ends_with('l') || dx.starts_with('-') { "" } else { " " };
            out += &format!("{before}{dx}{gap}{dy}");
            last = *point;
        }
    }
    out.trim_end_matches('l').to_string()
}

fn told(tenths: i64) -> String {
    let text = format!("{}{}.{}", if tenths < 0 { "-" } else { "" }, tenths.abs() / 10, tenths.abs() % 10);
    text.trim_end_matches(".0").to_string()
}

fn write_text(out: &mut String, text: &Text, ink: Ink) {
    let anchor = match text.anchor {
        Anchor::Start => "",
        Anchor::Middle => " text-anchor=\"middle\"",
        Anchor::End => " text-anchor=\"end\"",
    };
    let weight = if text.bold { " font-weight=\"600\"" } else { "" };
    let colored = if ink == Ink::Themed && ![DARK, MUTED, WHITE, BLACK].contains(&text.color) { " class=\"hue\"" } else { "" };
    let ((x, y), size, color) = (text.at, (text.size * 10.0).round() / 10.0, ink.text(text.color));
    // A font that is wider than the one that was measured must not run over its neighbors.
    let length = match text.text.chars().count() {
        0..=3 => String::new(),
        _ => format!(" textLength=\"{:.0}\" lengthAdjust=\"spacingAndGlyphs\"", font::width(&text.text, text.size, text.bold)),
    };
    let _ = writeln!(
        out,
        "<text x=\"{x:.1}\" y=\"{:.1}\" font-size=\"{size}\" fill=\"{color}\"{anchor}{weight}{colored}{length}>{}</text>",
        y + font::BASELINE * size,
        xml(&text.text)
    );
}
