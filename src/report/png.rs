//! A picture as PNG bytes: drawn at twice the size and averaged down, because the rasterizer leaves edges hard.

use super::font;
use super::picture::{Anchor, Color, Picture, Shape, Text};
use super::slide::slide;
use plotters::prelude::{BitMapBackend, DrawingBackend, RGBAColor, RGBColor, ShapeStyle};

const OVER: usize = 2;

/// The encoded file: a slide.
pub fn file(picture: &Picture) -> Vec<u8> {
    let picture = slide(picture);
    let (width, height) = (picture.width as usize, picture.height as usize);
    let mut pixels = vec![255; width * height * OVER * OVER * 3];
    {
        let size = ((width * OVER) as u32, (height * OVER) as u32);
        let mut backend = BitMapBackend::with_buffer(&mut pixels, size);
        for shape in &picture.shapes {
            draw(&mut backend, shape);
        }
    }
    encoded(&averaged(&pixels, width, height), width, height)
}

fn draw(backend: &mut BitMapBackend, shape: &Shape) {
    let place = |&(x, y): &(f64, f64)| ((x * OVER as f64).round() as i32, (y * OVER as f64).round() as i32);
    let drawn = match shape {
        Shape::Line { points, color, width } => {
            let style = ShapeStyle { color: rgba(*color, 1.0), filled: false, stroke_width: (width * OVER as f64).round().max(1.0) as u32 };
            backend.draw_path(points.iter().map(place), &style)
        }
        Shape::Area { points, color, opacity } => backend.fill_polygon(points.iter().map(place), &rgba(*color, *opacity)),
        Shape::Open(_) | Shape::Close => Ok(()),
        Shape::Text(text) => {
            let color = RGBColor(text.color.0, text.color.1, text.color.2);
            let style = font::font(text.size * OVER as f64, text.bold).color(&color);
            backend.draw_text(&text.text, &style, place(&corner(text)))
        }
    };
    drawn.expect("drawing into memory does not fail");
}

/// Where the rasterizer starts a text.
fn corner(text: &Text) -> (f64, f64) {
    let width = font::width(&text.text, text.size, text.bold);
    let left = match text.anchor {
        Anchor::Start => text.at.0,
        Anchor::Middle => text.at.0 - width / 2.0,
        Anchor::End => text.at.0 - width,
    };
    (left, text.at.1 + (0.36 - font::BASELINE) * text.size)
}

fn rgba(color: Color, opacity: f64) -> RGBAColor {
    RGBAColor(color.0, color.1, color.2, opacity)
}

fn averaged(pixels: &[u8], width: usize, height: usize) -> Vec<u8> {
    let row = width * OVER * 3;
    let mut small = Vec::with_capacity(width * height * 3);
    for y in 0..height {
        for x in 0..width * 3 {
            let (column, channel) = (x / 3 * OVER * 3, x % 3);
            let at = |down: usize, right: usize| u32::from(pixels[(y * OVER + down) * row + column + right * 3 + channel]);
            small.push(((at(0, 0) + at(0, 1) + at(1, 0) + at(1, 1) + 2) / 4) as u8);
        }
    }
    small
}

fn encoded(pixels: &[u8], width: usize, height: usize) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width as u32, height as u32);
    encoder.set_color(png::ColorType::Rgb);
    let mut writer = encoder.write_header().expect("memory takes a header");
    writer.write_image_data(pixels).expect("the buffer has the picture's size");
    writer.finish().expect("memory takes the end");
    file
}
