//! The chunks of a PNG (§5): walks all of them to the end and compares their checksums, and writes the picture anew with
//! nothing but what is needed to show it.

use super::BROKEN;
use crate::{Fault, orientation::Orientation};
use std::ops::Range;

const SIGNATURE: usize = 8;
/// Length, type and checksum of a chunk.
const AROUND: usize = 12;
/// Some writers put JPEG's prefix before the EXIF data.
const EXIF_PREFIX: &[u8] = b"Exif\0\0";

/// Colour types (§11.2.1): brightness only.
const GREY: u8 = 0;
/// Red, green and blue.
const RGB: u8 = 2;
/// An index of a palette.
const INDEXED: u8 = 3;

/// A PNG whose chunks are complete.
pub(super) struct Checked {
    /// The same picture with nothing but what is needed to show it.
    pub(super) cleaned: Vec<u8>,
    pub(super) orientation: Orientation,
}

/// Width and height. The header is the first chunk (§11.2.1).
pub(super) fn size(bytes: &[u8]) -> Result<(u32, u32), Fault> {
    let Header { width, height, .. } = header(bytes)?;
    Ok((width, height))
}

/// The header chunk, as far as it matters here.
struct Header {
    width: u32,
    height: u32,
    colours: u8,
}

fn header(bytes: &[u8]) -> Result<Header, Fault> {
    let (Chunk { kind, data, .. }, _) = chunk(bytes, SIGNATURE)?;
    match (kind, data) {
        (b"IHDR", &[w3, w2, w1, w0, h3, h2, h1, h0, _, colours, _, _, _]) => Ok(Header {
            width: u32::from_be_bytes([w3, w2, w1, w0]),
            height: u32::from_be_bytes([h3, h2, h1, h0]),
            colours,
        }),
        _ => Err(BROKEN),
    }
}

/// Walks to the chunk that ends the picture. Anything after it is not part of it, nor are other chunks whose checksums
/// are wrong (§13.2).
pub(super) fn check(bytes: &[u8]) -> Result<Checked, Fault> {
    let mut exif = None;
    for chunk in to_the_end(bytes) {
        let (chunk, _) = chunk?;
        // A capital first letter marks a chunk without which the picture cannot be understood. Transparency is not
        // marked like this, but counts too.
        if chunk.kind[0].is_ascii_uppercase() || chunk.kind == b"tRNS" {
            chunk.check()?;
        } else if chunk.kind == b"eXIf" && exif.is_none() && chunk.check().is_ok() {
            exif = Some(chunk.data.strip_prefix(EXIF_PREFIX).unwrap_or(chunk.data));
        }
    }
    let orientation = exif.map_or(Orientation::UPRIGHT, Orientation::of_exif);
    Ok(Checked { cleaned: clean(bytes, orientation)?, orientation })
}

/// The picture's own chunks as they are, and of the others: how its colours are meant, if that takes a few numbers
/// only, and an orientation other than upright. Texts, times, profiles, animations and what only editors understand may
/// hold anything.
fn clean(bytes: &[u8], orientation: Orientation) -> Result<Vec<u8>, Fault> {
    let Header { colours, .. } = header(bytes)?;
    let mut cleaned = Vec::with_capacity(bytes.len());
    cleaned.extend_from_slice(bytes.get(..SIGNATURE).ok_or(BROKEN)?);
    let mut written: Vec<[u8; 4]> = Vec::new();
    for chunk in to_the_end(bytes) {
        let (chunk, place) = chunk?;
        let is_new = !written.contains(chunk.kind);
        let before_pixels = !written.iter().any(|kind| kind == b"PLTE" || kind == b"IDAT");
        let is_kept = match (chunk.kind, chunk.data.len()) {
            (b"IHDR", _) if is_new => true,
            (b"sRGB", 1) | (b"gAMA", 4) | (b"cHRM", 32) => is_new && before_pixels && chunk.check().is_ok(),
            // The palette of a picture in full colours is a suggestion.
            (b"PLTE", _) => colours == INDEXED,
            (b"tRNS", length) => is_new && is_transparency(colours, length),
            (b"IDAT", length) => length > 0,
            (b"IEND", _) => false,
            (kind, _) if kind[0].is_ascii_uppercase() => return Err(BROKEN),
            _ => false,
        };
        if is_kept {
            cleaned.extend_from_slice(&bytes[place]);
            if is_new {
                written.push(*chunk.kind);
            }
            if chunk.kind == b"IHDR" && orientation != Orientation::UPRIGHT {
                write(&mut cleaned, b"eXIf", &orientation.exif());
            }
        }
    }
    write(&mut cleaned, b"IEND", &[]);
    Ok(cleaned)
}

/// Whether a chunk of this length can say what is transparent (§11.3.1.1).
fn is_transparency(colours: u8, length: usize) -> bool {
    match colours {
        GREY => length == 2,
        RGB => length == 6,
        INDEXED => length <= 256,
        _ => false,
    }
}

fn write(out: &mut Vec<u8>, kind: &[u8; 4], data: &[u8]) {
    out.extend((data.len() as u32).to_be_bytes());
    let start = out.len();
    out.extend_from_slice(kind);
    out.extend_from_slice(data);
    out.extend(crc32fast::hash(&out[start..]).to_be_bytes());
}

/// All chunks with their places, up to the one that ends the picture, or the fault.
fn to_the_end(bytes: &[u8]) -> impl Iterator<Item = Result<(Chunk<'_>, Range<usize>), Fault>> {
    let mut at = Some(SIGNATURE);
    std::iter::from_fn(move || {
        let start = at?;
        let found = chunk(bytes, start).map(|(chunk, next)| (chunk, start..next));
        at = match &found {
            Ok((chunk, place)) if chunk.kind != b"IEND" => Some(place.end),
            _ => None,
        };
        Some(found)
    })
}

struct Chunk<'a> {
    kind: &'a [u8; 4],
    data: &'a [u8],
    checked: &'a [u8],
    checksum: u32,
}

impl Chunk<'_> {
    fn check(&self) -> Result<(), Fault> {
        if crc32fast::hash(self.checked) == self.checksum { Ok(()) } else { Err(BROKEN) }
    }
}

/// The chunk at a position, and the position of the next.
fn chunk(bytes: &[u8], at: usize) -> Result<(Chunk<'_>, usize), Fault> {
    let rest = bytes.get(at..).ok_or(BROKEN)?;
    let length = u32::from_be_bytes(*rest.first_chunk().ok_or(BROKEN)?) as usize;
    let whole = rest.get(..length.checked_add(AROUND).ok_or(BROKEN)?).ok_or(BROKEN)?;
    let (checked, checksum) = whole[4..].split_last_chunk().ok_or(BROKEN)?;
    let (kind, data) = checked.split_first_chunk().ok_or(BROKEN)?;
    Ok((Chunk { kind, data, checked, checksum: u32::from_be_bytes(*checksum) }, at + whole.len()))
}
