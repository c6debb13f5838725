//! JPEG (ITU-T T.81) to brightness.
//!
//! A decoder built for viewing shows as much as it can of a damaged picture, and fills the rest with grey. Evidence must be whole: so
//! [`verify`] first walks all markers and all entropy-coded data, and the decoder only sees what is complete. JPEG has no checksum, though:
//! damage that happens to decode into the right number of blocks cannot be told from a picture.

mod bits;
mod frame;
mod huffman;
mod scan;
mod verify;

use crate::{orientation::Orientation, reader::Header};
use acredita_domain::pictures::{Luma, PictureFault};
use frame::Frame;
use zune_core::{bytestream::ZCursor, colorspace::ColorSpace, options::DecoderOptions};
use zune_jpeg::JpegDecoder;

/// Whatever is wrong inside a JPEG.
const BROKEN: PictureFault = PictureFault::Undecodable;

/// What the decoder may buffer besides the picture. A progressive JPEG keeps all coefficients, two bytes each, until its last scan; this is
/// enough for 50 megapixels in three full components.
const MAX_BUFFERED_BYTES: u64 = 320 * 1024 * 1024;

/// Reads the header only.
pub(crate) fn header(bytes: &[u8]) -> Result<Header, PictureFault> {
    let frame = verify::frame_of(bytes)?;
    let buffered = frame.coefficient_bytes() + 3 * frame.pixels();
    Ok(Header { width: frame.width, height: frame.height, working_bytes: buffered })
}

/// Decodes the whole picture, as it is stored, and tells how to turn it. The caller has checked the header's size.
pub(crate) fn decode(bytes: &[u8]) -> Result<(Luma, Orientation), PictureFault> {
    let verified = verify::verify(bytes)?;
    if verified.frame.coefficient_bytes() > MAX_BUFFERED_BYTES || verified.frame.is_beyond_the_decoder() {
        return Err(BROKEN);
    }
    let luma = to_luma(&bytes[..verified.end], &verified.frame)?;
    Ok((luma, verified.exif.map_or(Orientation::UPRIGHT, Orientation::of_exif)))
}

fn to_luma(bytes: &[u8], frame: &Frame) -> Result<Luma, PictureFault> {
    let longest = usize::from(u16::MAX);
    let options = DecoderOptions::default().set_strict_mode(true).set_max_width(longest).set_max_height(longest);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options.jpeg_set_out_colorspace(ColorSpace::Luma));
    decoder.decode_headers().map_err(|_| BROKEN)?;
    // The brightness of YCbCr is its first component: nothing else is transformed or kept. Other colours take the way through RGB, and so
    // does what the decoder gets wrong without.
    let through_rgb = !matches!(decoder.input_colorspace(), Some(ColorSpace::YCbCr | ColorSpace::Luma)) || frame.needs_rgb();
    if through_rgb {
        decoder.set_options(options.jpeg_set_out_colorspace(ColorSpace::RGB));
    }
    let mut pixels = decoder.decode().map_err(|_| BROKEN)?;
    if through_rgb {
        pixels = brightness_of_rgb(&pixels);
    }
    let (width, height) = (frame.width as usize, frame.height as usize);
    if pixels.len() == width * height { Ok(Luma { width, height, pixels }) } else { Err(BROKEN) }
}

fn brightness_of_rgb(pixels: &[u8]) -> Vec<u8> {
    pixels.as_chunks::<3>().0.iter().map(|&[red, green, blue]| brightness(red, green, blue)).collect()
}

/// Brightness of a colour as ITU-R BT.601 weighs it, which is also what JPEG's own YCbCr does: the same picture as PNG looks the same.
pub(crate) fn brightness(red: u8, green: u8, blue: u8) -> u8 {
    // The weights are 0.299, 0.587 and 0.114 in 65,536ths, and their sum is 65,536: the result never exceeds 255.
    ((19_595 * u32::from(red) + 38_470 * u32::from(green) + 7_471 * u32::from(blue) + 32_768) >> 16) as u8
}

#[cfg(test)]
mod tests;
