//! A drawing before it is a file: lines, areas and texts in a plane, y downward. [`super::svg`] and [`super::png`] write the same picture.
//!
//! Knows nothing of outcomes. A text's `y` is the middle of its line.

use super::font;

/// Red, green, blue.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Color(pub u8, pub u8, pub u8);

pub const DARK: Color = Color(0x1f, 0x24, 0x2b);
pub const MUTED: Color = Color(0x5b, 0x64, 0x70);
pub const GRID: Color = Color(0xe3, 0xe6, 0xea);
pub const FAINT: Color = Color(0xb9, 0xc0, 0xc8);
/// Ink on pale colors, whatever the page's ground is.
pub const BLACK: Color = Color(0x14, 0x18, 0x1d);
/// A quiet ground.
pub const SOFT: Color = Color(0xf3, 0xf4, 0xf6);
pub const WHITE: Color = Color(0xff, 0xff, 0xff);

impl Color {
    pub fn hex(self) -> String {
        format!("#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }

    /// Toward white: 0 is the color itself, 1 is white.
    pub fn paler(self, share: f64) -> Color {
        let mix = |part: u8| (f64::from(part) + (255.0 - f64::from(part)) * share).round() as u8;
        Color(mix(self.0), mix(self.1), mix(self.2))
    }

    /// For thin things such as letters, which need more contrast than areas.
    pub fn darker(self) -> Color {
        let part = |part: u8| (f64::from(part) * 0.78) as u8;
        Color(part(self.0), part(self.1), part(self.2))
    }

    /// The text color that is read best on this ground.
    pub fn ink(self) -> Color {
        if self == WHITE {
            return DARK;
        }
        let light = 0.299 * f64::from(self.0) + 0.587 * f64::from(self.1) + 0.114 * f64::from(self.2);
        if light < 140.0 { WHITE } else { BLACK }
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Anchor {
    Start,
    Middle,
    End,
}

pub type Point = (f64, f64);

#[derive(Clone, Debug)]
pub struct Text {
    pub at: Point,
    pub text: String,
    pub size: f64,
    pub bold: bool,
    pub color: Color,
    pub anchor: Anchor,
}

#[derive(Clone, Debug)]
pub enum Shape {
    Line {
        points: Vec<Point>,
        color: Color,
        width: f64,
    },
    Area {
        points: Vec<Point>,
        color: Color,
        opacity: f64,
    },
    Text(Text),
    /// What follows, up to its end, shows this entity, e.g. `subscriber.gate`; an arrow shows both ends, with a `|` between.
    Open(String),
    Close,
}

/// A picture of a fixed size. Its name is the finding, for a title and for those who cannot see it.
#[derive(Clone, Debug)]
pub struct Picture {
    pub width: f64,
    pub height: f64,
    /// Room above the drawing that is kept for name and sentence: a slide writes them there, a page writes them itself.
    pub heading: f64,
    pub name: String,
    /// What is plotted, in a sentence.
    pub about: String,
    pub shapes: Vec<Shape>,
}

impl Picture {
    pub fn new(width: f64, height: f64, name: &str) -> Self {
        Picture { width, height, heading: 0.0, name: name.to_string(), about: String::new(), shapes: Vec::new() }
    }

    /// All that is drawn meanwhile shows the entity.
    pub fn of(&mut self, entity: &str, draw: impl FnOnce(&mut Picture)) {
        self.shapes.push(Shape::Open(entity.to_string()));
        draw(self);
        self.shapes.push(Shape::Close);
    }

    pub fn line(&mut self, points: Vec<Point>, color: Color, width: f64) {
        self.shapes.push(Shape::Line { points, color, width });
    }

    pub fn area(&mut self, points: Vec<Point>, color: Color, opacity: f64) {
        self.shapes.push(Shape::Area { points, color, opacity });
    }

    pub fn rect(&mut self, (left, top): Point, (width, height): Point, color: Color) {
        self.area(corners((left, top), (width, height)), color, 1.0);
    }

    /// The outline of a rectangle, half inside and half outside of it.
    pub fn frame(&mut self, (left, top): Point, (width, height): Point, color: Color, thick: f64) {
        let half = thick / 2.0;
        self.rect((left - half, top - half), (width + thick, thick), color);
        self.rect((left - half, top + height - half), (width + thick, thick), color);
        self.rect((left - half, top + half), (thick, height - thick), color);
        self.rect((left + width - half, top + half), (thick, height - thick), color);
    }

    /// A straight dashed line.
    pub fn dashes(&mut self, from: Point, to: Point, color: Color, width: f64) {
        let length = (to.0 - from.0).hypot(to.1 - from.1);
        let along = |at: f64| (from.0 + (to.0 - from.0) * at / length, from.1 + (to.1 - from.1) * at / length);
        let mut at = 0.0;
        while at < length {
            self.line(vec![along(at), along((at + 9.0).min(length))], color, width);
            at += 16.0;
        }
    }

    pub fn text(&mut self, at: Point, text: &str, size: f64, color: Color, anchor: Anchor) {
        self.shapes.push(Shape::Text(Text { at, text: text.to_string(), size, bold: false, color, anchor }));
    }

    pub fn bold(&mut self, at: Point, text: &str, size: f64, color: Color, anchor: Anchor) {
        self.shapes.push(Shape::Text(Text { at, text: text.to_string(), size, bold: true, color, anchor }));
    }

    /// Diagonal strokes across a rectangle: what is broken.
    pub fn hatch(&mut self, (left, top): Point, (width, height): Point, color: Color, thick: f64) {
        const STEP: f64 = 9.0;
        let mut start = STEP / 2.0;
        while start < width + height {
            // From the left or lower edge up to the upper or right one.
            let from = if start < height { (left, top + start) } else { (left + start - height, top + height) };
            let to = if start < width { (left + start, top) } else { (left + width, top + start - width) };
            self.line(vec![from, to], color, thick);
            start += STEP;
        }
    }

    /// A text that stays readable over lines: it clears its ground.
    pub fn label(&mut self, at: Point, text: &str, size: f64, color: Color, anchor: Anchor) {
        let width = font::width(text, size, false);
        let left = match anchor {
            Anchor::Start => at.0,
            Anchor::Middle => at.0 - width / 2.0,
            Anchor::End => at.0 - width,
        };
        self.area(corners((left - 4.0, at.1 - size * 0.62), (width + 8.0, size * 1.24)), WHITE, 0.85);
        self.text(at, text, size, color, anchor);
    }
}

fn corners((left, top): Point, (width, height): Point) -> Vec<Point> {
    vec![(left, top), (left + width, top), (left + width, top + height), (left, top + height)]
}

/// The text, cut until it fits the width.
pub fn fitted(text: &str, size: f64, bold: bool, width: f64) -> String {
    let mut count = text.chars().count();
    let mut fitted = text.to_string();
    while count > 1 && font::width(&fitted, size, bold) > width {
        count -= 1;
        fitted = super::text::cut(text, count);
    }
    fitted
}
