//! Writing what the reader saw.

use acredita_mrz::{Reading, explain, picture::Luma};
use std::{fs::File, io::BufWriter};

/// Draws a reading over its picture into a PNG file.
pub fn write(path: &str, luma: &Luma, reading: &Reading) -> Result<(), png::EncodingError> {
    let drawn = explain::draw(luma, reading);
    let mut encoder = png::Encoder::new(BufWriter::new(File::create(path)?), drawn.width as u32, drawn.height as u32);
    encoder.set_color(png::ColorType::Rgb);
    encoder.write_header()?.write_image_data(&drawn.pixels)
}
