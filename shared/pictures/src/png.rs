//! PNG (W3C PNG, third edition) to brightness, row by row: whatever the depth, only one row of it is ever in memory.
//!
//! [`chunks`] walks all chunks first, checks those of the picture and passes only the cleaned picture to the decoder. Text,
//! profiles and animation frames, which can unpack to anything, never reach it; an animation counts as its default
//! picture.

mod chunks;

use super::{Fault, Luma, Size, brightness};
use ::png::{ColorType, DecodeOptions, Decoder, InterlaceInfo, Reader, Transformations};
use chunks::Checked;
use std::io::{BufRead, Cursor, Seek};

/// Any fault inside a PNG.
const BROKEN: Fault = Fault::Broken;

/// The longest side, in pixels, which is also that of JPEG. It bounds a row to 512 KiB.
const MAX_SIDE: u32 = 65_535;

/// Reads only the header.
pub(super) fn size(bytes: &[u8]) -> Result<Size, Fault> {
    let (width, height) = chunks::size(bytes)?;
    // The chunks are copied, and turning takes a second picture.
    let pixels = u64::from(width) * u64::from(height);
    Ok(Size { width, height, working_bytes: pixels.saturating_mul(2).saturating_add(bytes.len() as u64) })
}

/// Decodes the complete picture, turns it upright and cleans it. The caller has checked the header's size.
pub(super) fn decode(bytes: &[u8]) -> Result<(Luma, Vec<u8>), Fault> {
    let Checked { cleaned, orientation } = check(bytes)?;
    let luma = rows(reader(&cleaned)?)?;
    Ok((orientation.apply(luma), cleaned))
}

/// Cleans the picture, after unpacking all of its rows, of which none is kept.
pub(super) fn clean(bytes: &[u8]) -> Result<Vec<u8>, Fault> {
    let Checked { cleaned, .. } = check(bytes)?;
    let mut reader = reader(&cleaned)?;
    while reader.next_interlaced_row().map_err(|_| BROKEN)?.is_some() {}
    Ok(cleaned)
}

fn check(bytes: &[u8]) -> Result<Checked, Fault> {
    let (width, height) = chunks::size(bytes)?;
    if width.max(height) > MAX_SIDE { Err(BROKEN) } else { chunks::check(bytes) }
}

fn reader(picture: &[u8]) -> Result<Reader<Cursor<&[u8]>>, Fault> {
    let mut options = DecodeOptions::default();
    // The chunks' checksums were checked; that of the compressed stream was not.
    options.set_ignore_crc(true);
    options.set_ignore_adler32(false);
    let mut decoder = Decoder::new_with_options(Cursor::new(picture), options);
    decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16);
    decoder.read_info().map_err(|_| BROKEN)
}

fn rows<R: BufRead + Seek>(mut reader: Reader<R>) -> Result<Luma, Fault> {
    let (width, height) = (reader.info().width as usize, reader.info().height as usize);
    let (color, _) = reader.output_color_type();
    let mut pixels = vec![0; width * height];
    let mut line = Vec::with_capacity(width);
    let mut next_row = 0;
    while let Some(row) = reader.next_interlaced_row().map_err(|_| BROKEN)? {
        line.clear();
        to_brightness(color, row.data(), &mut line)?;
        match row.interlace() {
            InterlaceInfo::Null(_) => {
                pixels.get_mut(next_row * width..(next_row + 1) * width).ok_or(BROKEN)?.copy_from_slice(&line);
                next_row += 1;
            }
            InterlaceInfo::Adam7(pass) => ::png::expand_interlaced_row(&mut pixels, width, &line, pass, 8),
        }
    }
    Ok(Luma { width, height, pixels })
}

/// A row of 8-bit samples. Transparent pixels show white paper.
fn to_brightness(color: ColorType, row: &[u8], line: &mut Vec<u8>) -> Result<(), Fault> {
    match color {
        ColorType::Grayscale => line.extend_from_slice(row),
        ColorType::GrayscaleAlpha => {
            line.extend(row.as_chunks::<2>().0.iter().map(|&[grey, alpha]| on_white(grey, alpha)))
        }
        ColorType::Rgb => line.extend(row.as_chunks::<3>().0.iter().map(|&[r, g, b]| brightness(r, g, b))),
        ColorType::Rgba => {
            line.extend(row.as_chunks::<4>().0.iter().map(|&[r, g, b, alpha]| on_white(brightness(r, g, b), alpha)))
        }
        // The decoder was configured to expand palettes.
        ColorType::Indexed => return Err(BROKEN),
    }
    Ok(())
}

fn on_white(grey: u8, alpha: u8) -> u8 {
    let (grey, alpha) = (u32::from(grey), u32::from(alpha));
    ((grey * alpha + 255 * (255 - alpha) + 127) / 255) as u8
}

#[cfg(test)]
mod tests;
