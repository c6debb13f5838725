//! Draws what the reader saw, for people who wonder why.

use acredita_mrz::{Point, Reading, Status, Zone};
use acredita_pictures::Luma;
use std::{fs::File, io::BufWriter};

type Colour = [u8; 3];

const READ: Colour = [0, 160, 60];
const DOUBTFUL: Colour = [230, 150, 0];
const UNREADABLE: Colour = [200, 0, 40];
const CELL: Colour = [60, 130, 230];

/// Red, green and blue of every pixel, row by row.
struct Canvas {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

/// Draws a reading over its picture into a PNG file.
pub fn write(path: &str, luma: &Luma, reading: &Reading) -> Result<(), png::EncodingError> {
    let drawn = draw(luma, reading);
    let mut encoder = png::Encoder::new(BufWriter::new(File::create(path)?), drawn.width as u32, drawn.height as u32);
    encoder.set_color(png::ColorType::Rgb);
    encoder.write_header()?.write_image_data(&drawn.pixels)
}

/// Draws the zones of a reading over its picture: the outline in green (read), amber (doubtful) or red (unreadable),
/// the cells in blue, and doubtful characters in red.
fn draw(picture: &Luma, reading: &Reading) -> Canvas {
    let pixels = picture.pixels.iter().flat_map(|&level| [level; 3]).collect();
    let mut canvas = Canvas { width: picture.width, height: picture.height, pixels };
    for zone in &reading.zones {
        canvas.zone(zone);
    }
    canvas
}

impl Canvas {
    fn zone(&mut self, zone: &Zone) {
        // Thin lines vanish when a large picture is shown small.
        let thickness = (zone.quality.pixels_per_character / 16.0).clamp(1.0, 8.0);
        for line in &zone.lines {
            for cell in &line.cells {
                self.outline(cell, 1.0, CELL);
            }
            let doubtful = line.cells.iter().zip(&line.doubtful).filter(|&(_, &doubtful)| doubtful);
            doubtful.for_each(|(cell, _)| self.outline(cell, 2.0 * thickness, UNREADABLE));
        }
        let colour = match zone.status {
            Status::Read => READ,
            Status::ReadDoubtful => DOUBTFUL,
            Status::Unreadable | Status::Absent => UNREADABLE,
        };
        self.outline(&zone.corners, 2.0 * thickness, colour);
    }

    fn outline(&mut self, corners: &[Point; 4], thickness: f32, colour: Colour) {
        for (at, &from) in corners.iter().enumerate() {
            self.stroke(from, corners[(at + 1) % corners.len()], thickness, colour);
        }
    }

    fn stroke(&mut self, from: Point, to: Point, thickness: f32, colour: Colour) {
        // A corner can lie far outside, where nothing is drawn anyway.
        let longest = (self.width + self.height) as f32;
        let length = (to.x - from.x).hypot(to.y - from.y).min(longest);
        let steps = (length.ceil() as usize).max(1);
        for step in 0..=steps {
            let share = step as f32 / steps as f32;
            self.dot(from.x + (to.x - from.x) * share, from.y + (to.y - from.y) * share, thickness, colour);
        }
    }

    fn dot(&mut self, x: f32, y: f32, thickness: f32, colour: Colour) {
        let range = |at: f32, side: usize| {
            let from = ((at - thickness / 2.0).round().max(0.0) as usize).min(side);
            from..(from + thickness.ceil() as usize).min(side)
        };
        for row in range(y, self.height) {
            for column in range(x, self.width) {
                let place = 3 * (row * self.width + column);
                self.pixels[place..place + 3].copy_from_slice(&colour);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_leaves_the_picture_is_drawn_as_far_as_it_is_inside() {
        let mut canvas = Canvas { width: 20, height: 10, pixels: vec![0; 600] };
        canvas.stroke(Point { x: -1e9, y: 5.0 }, Point { x: 1e9, y: 5.0 }, 1.0, READ);
        canvas.stroke(Point { x: 10.0, y: -5.0 }, Point { x: 10.0, y: 30.0 }, 2.0, DOUBTFUL);
        canvas.stroke(Point { x: f32::NAN, y: 0.0 }, Point { x: 3.0, y: f32::INFINITY }, 2.0, CELL);
        assert_eq!(canvas.pixels[3 * (2 * 20 + 10)..][..3], DOUBTFUL);
    }

    #[test]
    fn nothing_read_is_nothing_drawn() {
        let luma = Luma { width: 2, height: 1, pixels: vec![7, 9] };
        let reading = Reading { status: Status::Absent, zones: Vec::new(), exhausted: false };
        assert_eq!(draw(&luma, &reading).pixels, [7, 7, 7, 9, 9, 9]);
    }
}
