//! A picture as PNG bytes: every shape is a path, of which the rasterizer says how much of each pixel it covers.

use super::font;
use super::picture::{Anchor, Color, Picture, Point, Shape, Text};
use super::slide::slide;
use std::collections::BTreeMap;
use zeno::{Cap, Command, Fill, Join, Mask, PathBuilder, Stroke, Style};

/// The encoded file: a slide.
pub fn file(picture: &Picture) -> Vec<u8> {
    let picture = slide(picture);
    let mut canvas = Canvas::new(picture.width as usize, picture.height as usize);
    for shape in &picture.shapes {
        canvas.draw(shape);
    }
    encoded(&canvas)
}

/// Red, green and blue of each pixel, rows from the top.
struct Canvas {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

impl Canvas {
    fn new(width: usize, height: usize) -> Canvas {
        Canvas { width, height, pixels: vec![255; width * height * 3] }
    }

    fn draw(&mut self, shape: &Shape) {
        match shape {
            Shape::Line { points, color, width } => {
                let (points, width) = crisp(points, *width);
                let mut stroke = Stroke::new(width.min(self.height as f64) as f32);
                stroke.join(Join::Bevel).cap(Cap::Butt);
                self.paint(&self.path(&points), stroke, *color, 1.0);
            }
            Shape::Area { points, color, opacity } => {
                let mut path = self.path(points);
                path.close();
                self.paint(&path, Fill::NonZero, *color, *opacity);
            }
            Shape::Text(text) => {
                let outlines = font::outlines(&text.text, text.size, text.bold, beginning(text));
                self.paint(&outlines, Fill::NonZero, text.color, 1.0);
            }
            Shape::Open(_) | Shape::Close => {}
        }
    }

    /// What lies far outside is drawn nearer: nobody sees it, and it would need memory.
    fn path(&self, points: &[Point]) -> Vec<Command> {
        let (width, height) = (self.width as f64, self.height as f64);
        let place = |&(x, y): &Point| (x.clamp(-width, 2.0 * width) as f32, y.clamp(-height, 2.0 * height) as f32);
        let mut path = Vec::with_capacity(points.len() + 1);
        let mut places = points.iter().filter(|(x, y)| !x.is_nan() && !y.is_nan()).map(place);
        if let Some(first) = places.next() {
            path.move_to(first);
        }
        places.for_each(|next| {
            path.line_to(next);
        });
        path
    }

    fn paint<'s>(&mut self, path: &[Command], style: impl Into<Style<'s>>, color: Color, opacity: f64) {
        let (mask, place) = Mask::new(path).style(style).render();
        let opaque = (opacity.clamp(0.0, 1.0) * 255.0).round() as u32;
        for (row, covered) in mask.chunks_exact(place.width.max(1) as usize).enumerate() {
            let Some(y) = inside(place.top, row, self.height) else { continue };
            for (column, coverage) in covered.iter().enumerate().filter(|(_, coverage)| **coverage > 0) {
                let Some(x) = inside(place.left, column, self.width) else { continue };
                let share = stepped(*coverage) * opaque / 255;
                let at = (y * self.width + x) * 3;
                for (pixel, ink) in self.pixels[at..at + 3].iter_mut().zip([color.0, color.1, color.2]) {
                    *pixel = ((u32::from(*pixel) * (255 - share) + u32::from(ink) * share + 127) / 255) as u8;
                }
            }
        }
    }
}

/// One of sixteen steps of coverage: no eye tells more at an edge, and a picture of few colors is a third as large.
fn stepped(coverage: u8) -> u32 {
    (u32::from(coverage) + 8) / 17 * 17
}

/// The pixel so many behind the first one, where the picture has it.
fn inside(first: i32, behind: usize, size: usize) -> Option<usize> {
    usize::try_from(i64::from(first) + behind as i64).ok().filter(|at| *at < size)
}

/// A line along an axis fills whole pixels, so that it is not two pale ones wide.
fn crisp(points: &[Point], width: f64) -> (Vec<Point>, f64) {
    let Some(&(x, y)) = points.first() else { return (Vec::new(), width) };
    let whole = width.round().max(1.0);
    let snapped = |at: f64| if whole % 2.0 == 1.0 { at.floor() + 0.5 } else { at.round() };
    if points.iter().all(|point| point.1 == y) {
        return (points.iter().map(|point| (point.0, snapped(y))).collect(), whole);
    }
    if points.iter().all(|point| point.0 == x) {
        return (points.iter().map(|point| (snapped(x), point.1)).collect(), whole);
    }
    (points.to_vec(), width.max(1.0))
}

/// Where a text begins on its baseline.
fn beginning(text: &Text) -> Point {
    let width = font::width(&text.text, text.size, text.bold);
    let left = match text.anchor {
        Anchor::Start => text.at.0,
        Anchor::Middle => text.at.0 - width / 2.0,
        Anchor::End => text.at.0 - width,
    };
    (left, text.at.1 + font::BASELINE * text.size)
}

fn encoded(canvas: &Canvas) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, canvas.width as u32, canvas.height as u32);
    // Flat areas and straight lines are smallest as they are.
    encoder.set_filter(png::Filter::NoFilter);
    encoder.set_compression(png::Compression::High);
    let indexed = SHADES.iter().find_map(|shades| indexed(&canvas.pixels, *shades));
    let data = match &indexed {
        Some((palette, pixels)) => {
            encoder.set_color(png::ColorType::Indexed);
            encoder.set_palette(palette);
            pixels
        }
        None => {
            encoder.set_color(png::ColorType::Rgb);
            &canvas.pixels
        }
    };
    let mut writer = encoder.write_header().expect("memory takes a header");
    writer.write_image_data(data).expect("the buffer has the picture's size");
    writer.finish().expect("memory takes the end");
    file
}

/// Shades of red, green and blue, all or fewer: a picture with 256 colors is a third as large, and 32 shades are enough for where edges and bands lie over one another.
const SHADES: [u32; 3] = [256, 64, 32];

/// The colors in the order in which they come, and each pixel as a number among them; none for more than 256.
fn indexed(pixels: &[u8], shades: u32) -> Option<(Vec<u8>, Vec<u8>)> {
    let nearest = |ink: u8| ((u32::from(ink) * (shades - 1) + 127) / 255 * 255 / (shades - 1)) as u8;
    let shaded: Vec<u8> = (0..=255).map(nearest).collect();
    let (mut palette, mut known) = (Vec::new(), BTreeMap::new());
    let mut last = ([0; 3], None);
    let mut index = |pixel: &[u8]| {
        let pixel = [pixel[0], pixel[1], pixel[2]];
        if last.1.is_none() || last.0 != pixel {
            let color = pixel.map(|ink| shaded[usize::from(ink)]);
            let next = known.len();
            let number = *known.entry(color).or_insert_with(|| {
                palette.extend_from_slice(&color);
                next
            });
            last = (pixel, Some(u8::try_from(number).ok()?));
        }
        last.1
    };
    let pixels = pixels.chunks_exact(3).map(&mut index).collect::<Option<_>>()?;
    Some((palette, pixels))
}

#[cfg(test)]
mod tests {
    use super::indexed;

    /// So many colors, each twice.
    fn pixels(colors: u32) -> Vec<u8> {
        (0..colors).chain(0..colors).flat_map(|color| [(color % 16 * 16) as u8, (color / 16) as u8, 7]).collect()
    }

    #[test]
    fn a_picture_of_256_colors_keeps_each_and_one_of_more_keeps_them_with_fewer_shades() {
        let (palette, numbers) = indexed(&pixels(256), 256).unwrap();
        let again: Vec<u8> = numbers.iter().flat_map(|number| palette[usize::from(*number) * 3..][..3].to_vec()).collect();
        assert_eq!(again, pixels(256));
        assert_eq!(indexed(&pixels(257), 256), None);
        let (palette, numbers) = indexed(&pixels(257), 32).unwrap();
        let far = |(is, was): (&u8, u8)| is.abs_diff(was);
        let again = numbers.iter().flat_map(|number| palette[usize::from(*number) * 3..][..3].iter());
        assert!(again.zip(pixels(257)).map(far).max().unwrap() <= 4, "half a shade");
    }
}
