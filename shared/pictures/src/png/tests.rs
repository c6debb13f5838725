//! All kinds of PNG, and incomplete ones.

use super::*;
use crate::orientation::Orientation;
use crate::testing::{card, exif, png, png_of};
use ::png::BitDepth;
use proptest::prelude::*;

fn decode(bytes: &[u8]) -> Result<Luma, Fault> {
    super::decode(bytes).map(|(luma, _)| luma)
}

fn pixels(bytes: &[u8]) -> Vec<u8> {
    decode(bytes).unwrap().pixels
}

fn with_chunk(bytes: &[u8], at: usize, kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let body = [&kind[..], data].concat();
    let chunk = [&(data.len() as u32).to_be_bytes()[..], &body, &crc32fast::hash(&body).to_be_bytes()].concat();
    [&bytes[..at], &chunk, &bytes[at..]].concat()
}

/// Just after the header chunk.
const AFTER_HEADER: usize = 33;

#[test]
fn every_depth_of_grey_gives_the_same_brightness() {
    for (depth, data) in [
        (BitDepth::One, vec![0b0100_0000]),
        (BitDepth::Two, vec![0b0011_0000]),
        (BitDepth::Four, vec![0x0F]),
        (BitDepth::Eight, vec![0, 255]),
    ] {
        assert_eq!(pixels(&png_of(2, 1, (ColorType::Grayscale, depth), &data)), [0, 255], "{depth:?}");
    }
    assert_eq!(
        pixels(&png_of(2, 1, (ColorType::Grayscale, BitDepth::Sixteen), &[0x40, 0x12, 0xFF, 0xFF])),
        [0x40, 0xFF]
    );
}

#[test]
fn colours_weigh_as_in_jpeg_at_both_depths() {
    let eight = [255, 0, 0, 0, 255, 0, 0, 0, 255, 200, 200, 200];
    let sixteen: Vec<u8> = eight.iter().flat_map(|&sample| [sample, sample]).collect();
    assert_eq!(pixels(&png_of(4, 1, (ColorType::Rgb, BitDepth::Eight), &eight)), [76, 150, 29, 200]);
    assert_eq!(pixels(&png_of(4, 1, (ColorType::Rgb, BitDepth::Sixteen), &sixteen)), [76, 150, 29, 200]);
}

#[test]
fn what_is_transparent_shows_white() {
    assert_eq!(
        pixels(&png_of(3, 1, (ColorType::GrayscaleAlpha, BitDepth::Eight), &[0, 255, 0, 0, 0, 128])),
        [0, 255, 127]
    );
    assert_eq!(pixels(&png_of(2, 1, (ColorType::Rgba, BitDepth::Eight), &[9, 9, 9, 255, 9, 9, 9, 0])), [9, 255]);
}

#[test]
fn palettes_are_looked_up_and_may_be_transparent() {
    let mut bytes = Vec::new();
    let mut encoder = ::png::Encoder::new(&mut bytes, 4, 1);
    encoder.set_color(ColorType::Indexed);
    encoder.set_depth(BitDepth::Two);
    encoder.set_palette(vec![0, 0, 0, 10, 10, 10, 20, 20, 20, 30, 30, 30]);
    encoder.set_trns(vec![255, 255, 0]);
    encoder.write_header().unwrap().write_image_data(&[0b0001_1011]).unwrap();
    assert_eq!(pixels(&bytes), [0, 10, 255, 30]);
}

#[test]
fn interlaced_rows_come_to_their_places() {
    // The encoder does not interlace. Adam7 by hand for 3 × 2: passes of (0,0), of (2,0), and of row 1.
    let passes: [&[u8]; 3] = [&[0, 1], &[0, 3], &[0, 4, 5, 6]];
    let second: &[u8] = &[0, 2];
    let raw = [passes[0], passes[1], second, passes[2]].concat();
    let mut stored = vec![0x78, 0x01, 0x01];
    stored.extend((raw.len() as u16).to_le_bytes());
    stored.extend((!(raw.len() as u16)).to_le_bytes());
    stored.extend(&raw);
    stored.extend(adler(&raw).to_be_bytes());
    let signature = b"\x89PNG\r\n\x1a\n";
    let bytes = with_chunk(signature, 8, b"IHDR", &[0, 0, 0, 3, 0, 0, 0, 2, 8, 0, 0, 0, 1]);
    let bytes = with_chunk(&bytes, bytes.len(), b"IDAT", &stored);
    let bytes = with_chunk(&bytes, bytes.len(), b"IEND", &[]);
    assert_eq!(pixels(&bytes), [1, 2, 3, 4, 5, 6]);
}

fn adler(data: &[u8]) -> u32 {
    let (a, b) = data
        .iter()
        .fold((1_u32, 0_u32), |(a, b), &byte| ((a + u32::from(byte)) % 65_521, (b + a + u32::from(byte)) % 65_521));
    b << 16 | a
}

#[test]
fn a_picture_that_ends_early_is_refused_wherever_it_ends() {
    let bytes = png(&card(1, 64, 48));
    assert!(decode(&bytes).is_ok());
    for length in 0..bytes.len() {
        assert!(decode(&bytes[..length]).is_err(), "{length} of {} bytes", bytes.len());
    }
}

#[test]
fn any_flipped_bit_is_found() {
    let bytes = png(&card(1, 64, 48));
    for place in 8..bytes.len() {
        let mut flipped = bytes.clone();
        flipped[place] ^= 1 << (place % 8);
        assert!(decode(&flipped).is_err(), "byte {place}");
    }
}

#[test]
fn a_wrong_checksum_counts_only_in_a_chunk_of_the_picture() {
    let original = card(1, 64, 48);
    let bytes = png(&original);
    for (kind, harmless) in [(b"tEXt", true), (b"eXIf", true), (b"tRNS", false), (b"IDAT", false)] {
        let mut wrong = with_chunk(&bytes, AFTER_HEADER, kind, &exif(6, true));
        wrong[AFTER_HEADER + 8] ^= 0x01;
        assert_eq!(decode(&wrong).ok().is_some_and(|luma| luma == original), harmless, "{kind:?}");
    }
}

#[test]
fn missing_rows_are_found_even_if_all_checksums_hold() {
    let (tall, short) = (png(&card(1, 64, 49)), png(&card(1, 64, 48)));
    // The header of the one with the data of the other.
    let mixed = [&tall[..AFTER_HEADER], &short[AFTER_HEADER..]].concat();
    assert!(decode(&mixed).is_err());
}

#[test]
fn ancillary_chunks_that_unpack_to_anything_are_passed_over() {
    let original = card(1, 64, 48);
    let mut bytes = png(&original);
    for kind in [b"zTXt", b"iCCP", b"iTXt", b"prIV"] {
        bytes = with_chunk(&bytes, AFTER_HEADER, kind, &vec![0x41; 1_000_000]);
    }
    assert_eq!(pixels(&bytes), original.pixels);
}

#[test]
fn a_chunk_that_says_it_is_huge_is_refused_without_room_for_it() {
    let bytes = png(&card(1, 64, 48));
    let huge = [&bytes[..AFTER_HEADER], &[0x7F, 0xFF, 0xFF, 0xFF], b"tEXt", &bytes[AFTER_HEADER..]].concat();
    assert!(decode(&huge).is_err());
}

#[test]
fn an_animation_shows_its_default_picture() {
    let original = card(1, 64, 48);
    let mut bytes = Vec::new();
    let mut encoder = ::png::Encoder::new(&mut bytes, 64, 48);
    encoder.set_color(ColorType::Grayscale);
    encoder.set_animated(2, 0).unwrap();
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&original.pixels).unwrap();
    writer.write_image_data(&card(2, 64, 48).pixels).unwrap();
    writer.finish().unwrap();
    assert_eq!(pixels(&bytes), original.pixels);
}

#[test]
fn orientation_is_found_before_and_after_the_data_with_and_without_prefix() {
    let bytes = png(&card(1, 64, 48));
    let prefixed = [&b"Exif\0\0"[..], &exif(6, true)].concat();
    for at in [AFTER_HEADER, bytes.len() - 12] {
        for data in [&exif(6, true), &prefixed] {
            assert!(
                decode(&with_chunk(&bytes, at, b"eXIf", data)).unwrap() == Orientation::QUARTER.apply(card(1, 64, 48))
            );
        }
    }
}

#[test]
fn a_row_of_millions_of_pixels_is_refused() {
    let mut bytes = png(&card(1, 64, 48));
    bytes[16..24].copy_from_slice(&[0x02, 0xFA, 0xF0, 0x80, 0, 0, 0, 1]);
    let checksum = crc32fast::hash(&bytes[12..29]).to_be_bytes();
    bytes[29..33].copy_from_slice(&checksum);
    assert_eq!(size(&bytes).unwrap().width, 50_000_000);
    assert_eq!(decode(&bytes).err(), Some(BROKEN));
}

proptest! {
    #[test]
    fn changed_bytes_with_repaired_checksums_never_panic(changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..8)) {
        let mut bytes = png(&card(2, 70, 50));
        for (place, value) in changes {
            let length = bytes.len();
            bytes[place.index(length)] = value;
        }
        repair(&mut bytes);
        if size(&bytes).is_ok_and(|size| size.width < 2000 && size.height < 2000) {
            let _ = decode(&bytes);
        }
    }
}

/// Makes all checksums valid, as far as the chunks can be walked.
fn repair(bytes: &mut [u8]) {
    let mut at = 8;
    while let Some(&length) = bytes.get(at..).and_then(<[u8]>::first_chunk::<4>) {
        let end = at + 8 + u32::from_be_bytes(length) as usize;
        if end + 4 > bytes.len() {
            return;
        }
        let checksum = crc32fast::hash(&bytes[at + 4..end]).to_be_bytes();
        bytes[end..end + 4].copy_from_slice(&checksum);
        at = end + 4;
    }
}
