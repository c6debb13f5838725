//! The chunks of a PNG (§5): walks all of them to the end and compares their checksums, and extracts those of the
//! picture.

use super::BROKEN;
use crate::Fault;

const SIGNATURE: usize = 8;
/// Length, type and checksum of a chunk.
const AROUND: usize = 12;
/// Some writers put JPEG's prefix before the EXIF data.
const EXIF_PREFIX: &[u8] = b"Exif\0\0";

/// A PNG that was found to be complete.
pub(super) struct Checked<'a> {
    /// The same picture with only its essential chunks.
    pub(super) picture: Vec<u8>,
    /// EXIF data, from its TIFF header on. It may come before or after the picture's data.
    pub(super) exif: Option<&'a [u8]>,
}

/// Width and height. The header is the first chunk (§11.2.1).
pub(super) fn size(bytes: &[u8]) -> Result<(u32, u32), Fault> {
    let (header, _) = chunk(bytes, SIGNATURE)?;
    match (header.kind, header.data.first_chunk::<4>(), header.data.get(4..8).and_then(<[u8]>::as_array)) {
        (b"IHDR", Some(&width), Some(&height)) => Ok((u32::from_be_bytes(width), u32::from_be_bytes(height))),
        _ => Err(BROKEN),
    }
}

/// Walks to the chunk that ends the picture. Anything after it is not part of it, nor are other chunks whose checksums
/// are wrong (§13.2).
pub(super) fn check(bytes: &[u8]) -> Result<Checked<'_>, Fault> {
    let mut picture = Vec::with_capacity(bytes.len());
    picture.extend_from_slice(bytes.get(..SIGNATURE).ok_or(BROKEN)?);
    let (mut at, mut exif) = (SIGNATURE, None);
    loop {
        let (chunk, next) = chunk(bytes, at)?;
        // A capital first letter marks a chunk without which the picture cannot be understood. Transparency is not
        // marked like this, but counts too.
        if chunk.kind[0].is_ascii_uppercase() || chunk.kind == b"tRNS" {
            chunk.check()?;
            picture.extend_from_slice(&bytes[at..next]);
        }
        match chunk.kind {
            b"IEND" => return Ok(Checked { picture, exif }),
            b"eXIf" if chunk.check().is_ok() => {
                exif = exif.or(Some(chunk.data.strip_prefix(EXIF_PREFIX).unwrap_or(chunk.data)))
            }
            _ => {}
        }
        at = next;
    }
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
