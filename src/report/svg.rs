//! A picture as SVG text: scales to its container, has no script, no link and no style sheet.

use super::font;
use super::picture::{Anchor, Picture, Point, Shape, Text};
use super::text::xml;
use std::fmt::Write;

/// A file of its own.
pub fn file(picture: &Picture) -> String {
    let opening = format!("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}\" height=\"{}\"", picture.width, picture.height);
    write(picture, &opening)
}

/// Inside a page, where HTML knows the namespace.
pub fn inline(picture: &Picture) -> String {
    write(picture, "<svg")
}

fn write(picture: &Picture, opening: &str) -> String {
    let (width, height, name) = (picture.width, picture.height, xml(&picture.name));
    let mut out =
        format!("{opening} viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{name}\" font-family=\"{}\">\n", font::STACK);
    let _ = writeln!(out, "<title>{name}</title>\n<rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>");
    for shape in &picture.shapes {
        match shape {
            Shape::Line { points, color, width } => {
                let path = path(points);
                let _ = writeln!(
                    out,
                    "<path d=\"{path}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{width:.1}\" stroke-linejoin=\"round\"/>",
                    color.hex()
                );
            }
            Shape::Area { points, color, opacity } => {
                let _ = writeln!(out, "<path d=\"{}z\" fill=\"{}\" fill-opacity=\"{opacity}\"/>", path(points), color.hex());
            }
            Shape::Text(text) => write_text(&mut out, text),
        }
    }
    out + "</svg>\n"
}

fn path(points: &[Point]) -> String {
    points.iter().enumerate().map(|(index, (x, y))| format!("{}{x:.1} {y:.1}", if index == 0 { "M" } else { "L" })).collect()
}

fn write_text(out: &mut String, text: &Text) {
    let anchor = match text.anchor {
        Anchor::Start => "",
        Anchor::Middle => " text-anchor=\"middle\"",
        Anchor::End => " text-anchor=\"end\"",
    };
    let weight = if text.bold { " font-weight=\"600\"" } else { "" };
    let ((x, y), size, color) = (text.at, text.size, text.color.hex());
    let _ = writeln!(
        out,
        "<text x=\"{x:.1}\" y=\"{:.1}\" font-size=\"{size}\" fill=\"{color}\"{anchor}{weight}>{}</text>",
        y + 0.36 * size,
        xml(&text.text)
    );
}
