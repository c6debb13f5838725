//! The face in a code: JPEG 2000 (ISO/IEC 15444-1) of less than a thousand bytes, as PNG.
//!
//! A thousand bytes of JPEG 2000 can ask for any amount of work. So only its plainest form is decoded: one grey component
//! of 8 bits, one tile in one part, one size of precincts, and not more pixels than a face needs.

mod codestream;

use hayro_jpeg2000::{DecodeSettings, DecoderContext, Image};
use std::panic;

/// The most pixels on a side. The police's have 400 × 514.
const LONGEST_SIDE: u32 = 640;
/// More than a code can hold.
const MOST_BYTES: usize = 4096;

/// The face as PNG. `None` if it is not JPEG 2000 of the form that codes have.
pub fn to_png(jpeg_2000: &[u8]) -> Option<Vec<u8>> {
    if jpeg_2000.len() > MOST_BYTES {
        return None;
    }
    let codestream = codestream::find(jpeg_2000)?;
    let size = codestream::size(codestream)?;
    // Third-party code on bytes that the police signed: a panic is a face that cannot be shown.
    let pixels = panic::catch_unwind(|| decode(codestream, size)).ok()??;
    encode(&pixels, size)
}

fn decode(codestream: &[u8], (width, height): (u32, u32)) -> Option<Vec<u8>> {
    let image = Image::new(codestream, &DecodeSettings::default()).ok()?;
    if (image.width(), image.height()) != (width, height) {
        return None;
    }
    let mut context = DecoderContext::default();
    let pixels = image.decode(&mut context).ok()?.data_u8();
    (pixels.len() as u64 == u64::from(width) * u64::from(height)).then_some(pixels)
}

fn encode(pixels: &[u8], (width, height): (u32, u32)) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Grayscale);
    let mut writer = encoder.write_header().ok()?;
    writer.write_image_data(pixels).ok()?;
    writer.finish().ok()?;
    Some(bytes)
}

#[cfg(test)]
mod tests;
