//! A picture as a slide: 1600 by 900, the finding as its title, what is plotted below that, the drawing in the room that is left.

use super::font;
use super::picture::{Anchor, DARK, MUTED, Picture, Point, Shape, Text, fitted};
use super::plot::{HEIGHT, MARGIN, WIDTH};

/// The picture with its heading, made smaller where it would not fit.
pub fn slide(picture: &Picture) -> Picture {
    let mut slide = Picture::new(WIDTH, HEIGHT, &picture.name);
    slide.about = picture.about.clone();
    heading(&mut slide, picture);
    let (tall, room) = (picture.height - picture.heading, HEIGHT - picture.heading);
    let scale = (room / tall).min(WIDTH / picture.width).min(1.0);
    // What is small stands a little above the middle.
    let left = (WIDTH - picture.width * scale) / 2.0;
    let top = picture.heading + (room - tall * scale) * 0.4;
    let place = |(x, y): Point| (left + x * scale, top + (y - picture.heading) * scale);
    slide.shapes.extend(picture.shapes.iter().map(|shape| moved(shape, scale, place)));
    slide
}

fn heading(slide: &mut Picture, picture: &Picture) {
    let room = WIDTH - 2.0 * MARGIN;
    let size = [34.0, 31.0, 28.0, 25.0].into_iter().find(|size| font::width(&picture.name, *size, true) <= room).unwrap_or(25.0);
    slide.bold((MARGIN, 48.0), &fitted(&picture.name, size, true, room), size, DARK, Anchor::Start);
    let size = [22.0, 20.0, 18.0].into_iter().find(|size| font::width(&picture.about, *size, false) <= room).unwrap_or(18.0);
    slide.text((MARGIN, 92.0), &fitted(&picture.about, size, false, room), size, MUTED, Anchor::Start);
}

fn moved(shape: &Shape, scale: f64, place: impl Fn(Point) -> Point) -> Shape {
    let all = |points: &Vec<Point>| points.iter().copied().map(&place).collect();
    match shape {
        Shape::Line { points, color, width } => Shape::Line { points: all(points), color: *color, width: width * scale },
        Shape::Area { points, color, opacity } => Shape::Area { points: all(points), color: *color, opacity: *opacity },
        Shape::Text(text) => Shape::Text(Text { at: place(text.at), size: text.size * scale, ..text.clone() }),
        Shape::Open(entity) => Shape::Open(entity.clone()),
        Shape::Close => Shape::Close,
    }
}
