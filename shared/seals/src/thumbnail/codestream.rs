//! What a codestream of JPEG 2000 asks for, before anything of it is decoded.

use super::LONGEST_SIDE;

const SIZE: [u8; 2] = [0xFF, 0x51];
const CODING_STYLE: [u8; 2] = [0xFF, 0x52];
const QUANTIZATION: [u8; 2] = [0xFF, 0x5C];
const COMMENT: [u8; 2] = [0xFF, 0x64];
const TILE_PART: [u8; 2] = [0xFF, 0x90];
const DATA: [u8; 2] = [0xFF, 0x93];
const END: [u8; 2] = [0xFF, 0xD9];

/// The codestream in a file. Nothing of the boxes around it is needed to show a grey picture.
pub(super) fn find(file: &[u8]) -> Option<&[u8]> {
    let start = file.windows(4).position(|bytes| bytes == [0xFF, 0x4F, 0xFF, 0x51])?;
    file.get(start..)
}

/// Width and height. `None` if it asks for more than one grey tile in one part.
pub(super) fn size(codestream: &[u8]) -> Option<(u32, u32)> {
    let mut size = None;
    let mut coding = false;
    let mut rest = codestream.get(2..)?;
    loop {
        let (&marker, after) = rest.split_first_chunk()?;
        let (segment, after) = segment(after)?;
        match marker {
            SIZE if size.is_none() => size = Some(plain_size(segment)?),
            CODING_STYLE if !coding => coding = plain_coding(segment).then_some(true)?,
            QUANTIZATION | COMMENT => {}
            TILE_PART if coding => return plain_tile_part(segment, rest, after).then_some(size).flatten(),
            _ => return None,
        }
        rest = after;
    }
}

/// The content of a marker segment, after its length.
fn segment(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&length, rest) = bytes.split_first_chunk()?;
    rest.split_at_checked(usize::from(u16::from_be_bytes(length)).checked_sub(2)?)
}

fn plain_size(segment: &[u8]) -> Option<(u32, u32)> {
    let (_capabilities, segment) = segment.split_at_checked(2)?;
    let (numbers, components) = segment.split_at_checked(8 * 4)?;
    let mut numbers =
        numbers.chunks_exact(4).map(|four| four.iter().fold(0_u32, |sum, &byte| sum << 8 | u32::from(byte)));
    let mut pair = || Some((numbers.next()?, numbers.next()?));
    let ((width, height), offset, (tile_width, tile_height), tile_offset) = (pair()?, pair()?, pair()?, pair()?);
    let one_tile = offset == (0, 0) && tile_offset == (0, 0) && tile_width >= width && tile_height >= height;
    let fits = (1..=LONGEST_SIDE).contains(&width) && (1..=LONGEST_SIDE).contains(&height);
    // One component, of 8 bits without a sign, as fine as the picture.
    (one_tile && fits && components == [0, 1, 7, 1, 1]).then_some((width, height))
}

/// One size of precincts: else they could be as many as pixels.
fn plain_coding(segment: &[u8]) -> bool {
    matches!(segment, [style, ..] if style & 1 == 0)
}

/// One part of the tile, with nothing in its header that changes what the main header says, to the end of the stream.
fn plain_tile_part(segment: &[u8], part: &[u8], after: &[u8]) -> bool {
    let &[0, 0, a, b, c, d, 0, 0 | 1] = segment else { return false };
    let length = u32::from_be_bytes([a, b, c, d]) as usize;
    let end = if length == 0 { Some(&[][..]) } else { part.get(length..) };
    after.starts_with(&DATA) && end.is_some_and(|end| end.is_empty() || end.starts_with(&END))
}
