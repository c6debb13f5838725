//! JPEG (ITU-T T.81) to brightness.
//!
//! A decoder built for viewing shows as much as it can of a damaged picture, and fills the rest with grey. Evidence
//! must be complete: so [`verify`](mod@verify) walks all markers and all entropy-coded data, decodes the brightness of the usual
//! camera format on the way, and leaves the rest (progressive pictures, print colours) to a decoder that only sees
//! complete data. Harmless faults are no damage: junk before a marker, and a missing marker at the end of a picture whose
//! every pixel is there. JPEG has no checksum, though: damage that happens to decode into the right number of blocks cannot be
//! distinguished from a picture.
//!
//! Why it does not decode all of them: `infra/adr/0014-a-jpeg-decoder-of-our-own.md`.

mod bits;
mod clean;
mod frame;
mod huffman;
mod idct;
mod scan;
mod sequential;
mod verify;

use super::{Fault, Luma, Size, brightness};

use frame::Frame;
use verify::Verified;
use zune_core::{bytestream::ZCursor, colorspace::ColorSpace, options::DecoderOptions};
use zune_jpeg::JpegDecoder;

/// The marker that ends a picture.
const EOI: u8 = 0xD9;

/// Any fault inside a JPEG.
const BROKEN: Fault = Fault::Broken;

/// The most that the decoder may buffer besides the picture. A progressive JPEG keeps all coefficients, two bytes each,
/// until its last scan; this is enough for 50 megapixels in three full components.
const MAX_BUFFERED_BYTES: u64 = 320 * 1024 * 1024;

/// Reads only the header, and nothing after the size if it exceeds `max_pixels`.
pub(super) fn size(bytes: &[u8], max_pixels: u64) -> Result<Size, Fault> {
    let frame = verify::frame_of(bytes, max_pixels)?;
    // Three colours and their brightness; grey and its turned copy. And the cleaned picture.
    let pictures = if frame.components.len() == 1 { 2 } else { 4 };
    let working_bytes = frame.coefficient_bytes() + pictures * frame.pixels() + bytes.len() as u64;
    Ok(Size { width: frame.width, height: frame.height, working_bytes })
}

/// Decodes the complete picture, turns it upright and cleans it. The caller has checked the header's size.
pub(super) fn decode(bytes: &[u8]) -> Result<(Luma, Vec<u8>), Fault> {
    let Verified { frame, luma, orientation, cleaned } = verified(bytes, true)?;
    let luma = match luma {
        Some(luma) => luma,
        None => orientation.apply(to_luma(&cleaned, &frame)?),
    };
    Ok((luma, cleaned))
}

/// Cleans the picture, which must be complete and of a supported kind.
pub(super) fn clean(bytes: &[u8]) -> Result<Vec<u8>, Fault> {
    verified(bytes, false).map(|verified| verified.cleaned)
}

fn verified(bytes: &[u8], decodes: bool) -> Result<Verified, Fault> {
    let verified = verify::verify(bytes, decodes)?;
    let decoded = verified.luma.is_some();
    let is_too_much = verified.frame.coefficient_bytes() > MAX_BUFFERED_BYTES;
    if !decoded && (is_too_much || verified.frame.is_beyond_the_decoder()) { Err(BROKEN) } else { Ok(verified) }
}

fn to_luma(bytes: &[u8], frame: &Frame) -> Result<Luma, Fault> {
    let longest = usize::from(u16::MAX);
    let options = DecoderOptions::default().set_strict_mode(true).set_max_width(longest).set_max_height(longest);
    let mut decoder =
        JpegDecoder::new_with_options(ZCursor::new(bytes), options.jpeg_set_out_colorspace(ColorSpace::Luma));
    decoder.decode_headers().map_err(|_| BROKEN)?;
    // The brightness of YCbCr is its first component: nothing else is transformed or kept. Other colours go through
    // RGB, and so do pictures that the decoder gets wrong otherwise.
    let through_rgb =
        !matches!(decoder.input_colorspace(), Some(ColorSpace::YCbCr | ColorSpace::Luma)) || frame.needs_rgb();
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

#[cfg(test)]
mod tests;
