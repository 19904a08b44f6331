//! A chart's frame: title that says the finding, subtitle that says what is plotted, a thin grid, axes with units, labels at line ends.

use super::font;
use super::picture::{Anchor, Color, DARK, FAINT, GRID, MUTED, Picture, Point, fitted};
use super::scale::{Kind, Scale};

pub const WIDTH: f64 = 1600.0;
pub const HEIGHT: f64 = 900.0;
const LEFT: f64 = 120.0;
const RIGHT: f64 = 1270.0;
const TOP: f64 = 170.0;
const BOTTOM: f64 = 800.0;
pub const MARGIN: f64 = 40.0;
/// Height of the room for a title and a subtitle.
pub const HEADING: f64 = 116.0;
pub const LABEL: f64 = 20.0;
const SHADE_TEXT: f64 = 17.0;
/// Above the frame first, then within it.
const SHADE_ROWS: [f64; 3] = [-12.0, 14.0, 36.0];

/// A name to be written where its line ends.
pub struct EndLabel {
    pub text: String,
    pub color: Color,
    /// The value at the line's end.
    pub at: f64,
}

/// An empty picture of the charts' width with room for title and subtitle.
pub fn titled(title: &str, subtitle: &str, height: f64) -> Picture {
    let mut picture = Picture::new(WIDTH, height, title);
    picture.about = subtitle.to_string();
    picture.heading = HEADING;
    picture
}

/// A picture with two axes.
pub struct Plot {
    pub picture: Picture,
    pub x: Scale,
    pub y: Scale,
}

impl Plot {
    pub fn new(title: &str, subtitle: &str, (x, x_title): (Scale, &str), (y, y_title): (Scale, &str)) -> Self {
        let mut picture = titled(title, subtitle, HEIGHT);
        let (x, y) = (x.between(LEFT, RIGHT), y.between(BOTTOM, TOP));
        for (value, text) in &y.ticks {
            let at = y.place(*value);
            picture.line(vec![(LEFT, at), (RIGHT, at)], GRID, 1.0);
            picture.text((LEFT - 14.0, at), text, 19.0, MUTED, Anchor::End);
        }
        for (value, text) in &x.ticks {
            let at = x.place(*value);
            picture.line(vec![(at, BOTTOM), (at, BOTTOM + 7.0)], FAINT, 1.0);
            if x.kind == Kind::Nines {
                picture.line(vec![(at, TOP), (at, BOTTOM)], GRID, 1.0);
            }
            picture.text((at, BOTTOM + 24.0), text, 19.0, MUTED, Anchor::Middle);
        }
        picture.line(vec![(LEFT, BOTTOM), (RIGHT, BOTTOM)], FAINT, 1.5);
        picture.text(((LEFT + RIGHT) / 2.0, BOTTOM + 60.0), x_title, 19.0, MUTED, Anchor::Middle);
        picture.text((MARGIN, TOP - 34.0), y_title, 19.0, MUTED, Anchor::Start);
        Plot { picture, x, y }
    }

    fn placed(&self, points: &[Point]) -> Vec<Point> {
        points.iter().map(|(x, y)| (self.x.place(*x), self.y.place(*y))).collect()
    }

    pub fn line(&mut self, points: &[Point], color: Color, width: f64) {
        let points = self.placed(points);
        self.picture.line(points, color, width);
    }

    /// A measured point on a line.
    pub fn dot(&mut self, (x, y): Point, color: Color) {
        let (x, y) = (self.x.place(x), self.y.place(y));
        self.picture.rect((x - 4.5, y - 4.5), (9.0, 9.0), color);
    }

    /// A point that is marked, with its name above where it has one.
    pub fn named_dot(&mut self, (x, y): Point, color: Color, name: &str) {
        let (x, y) = (self.x.place(x), self.y.place(y));
        self.picture.frame((x - 9.0, y - 9.0), (18.0, 18.0), color.darker(), 2.5);
        if name.is_empty() {
            return;
        }
        self.picture.label((x, y - 24.0), name, LABEL, color.darker(), Anchor::Middle);
    }

    /// Between two lines over the same x.
    pub fn between(&mut self, low: &[Point], high: &[Point], color: Color, opacity: f64) {
        let mut points = self.placed(low);
        points.extend(self.placed(high).into_iter().rev());
        if points.len() > 2 {
            self.picture.area(points, color, opacity);
        }
    }

    /// A dashed horizontal line with its name above the left end.
    pub fn bound(&mut self, value: f64, name: &str) {
        self.bounds(&[(value, name.to_string())]);
    }

    /// Dashed horizontal lines with their names above the left end, or right of a name that is too near.
    pub fn bounds(&mut self, bounds: &[(f64, String)]) {
        let mut names: Vec<(Point, f64)> = Vec::new();
        for (value, name) in bounds {
            let at = self.y.place(*value);
            self.picture.dashes((LEFT, at), (RIGHT, at), DARK, 1.8);
            let near = |(_, y): &Point| (y - at).abs() < LABEL * 1.3;
            let left = names.iter().filter(|(place, _)| near(place)).map(|((x, _), width)| x + width + 24.0).fold(LEFT + 12.0, f64::max);
            let name = fitted(name, LABEL, false, (RIGHT - left).max(60.0));
            names.push(((left, at), font::width(&name, LABEL, false)));
            self.picture.label((left, at - 16.0), &name, LABEL, DARK, Anchor::Start);
        }
    }

    /// Stretches of time in which something was broken, with their names on top: each in the first row that has room for it, if any.
    pub fn shades(&mut self, stretches: &[(f64, f64, String)]) {
        let mut ends = [LEFT; SHADE_ROWS.len()];
        for (from, to, name) in stretches {
            let (left, right) = (self.x.place(*from), self.x.place(*to));
            let corners = vec![(left, TOP), (right, TOP), (right, BOTTOM), (left, BOTTOM)];
            self.picture.area(corners, MUTED, 0.10);
            if let Some(row) = ends.iter().position(|end| *end <= left) {
                let name = fitted(name, SHADE_TEXT, false, RIGHT - left - 4.0);
                ends[row] = left + font::width(&name, SHADE_TEXT, false) + 20.0;
                self.picture.text((left + 4.0, TOP + SHADE_ROWS[row]), &name, SHADE_TEXT, MUTED, Anchor::Start);
            }
        }
    }

    /// Names right of the lines' ends, moved apart where they would overlap.
    pub fn end_labels(&mut self, labels: &[EndLabel]) {
        let ends: Vec<f64> = labels.iter().map(|label| self.y.place(label.at)).collect();
        for ((label, end), at) in labels.iter().zip(&ends).zip(apart(&ends, LABEL * 1.45, TOP, BOTTOM)) {
            self.picture.line(vec![(RIGHT + 5.0, *end), (RIGHT + 26.0, at)], label.color.paler(0.4), 1.2);
            let text = fitted(&label.text, LABEL, false, WIDTH - RIGHT - 50.0);
            self.picture.text((RIGHT + 32.0, at), &text, LABEL, label.color.darker(), Anchor::Start);
        }
    }
}

/// Places at least `gap` apart, in the same order, as near as can be to where they were, between `top` and `bottom`.
pub fn apart(wanted: &[f64], gap: f64, top: f64, bottom: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by(|a, b| wanted[*a].total_cmp(&wanted[*b]));
    let mut placed = wanted.to_vec();
    let mut next = top;
    for &index in &order {
        placed[index] = placed[index].max(next);
        next = placed[index] + gap;
    }
    let mut limit = bottom;
    for &index in order.iter().rev() {
        placed[index] = placed[index].min(limit);
        limit = placed[index] - gap;
    }
    placed
}
