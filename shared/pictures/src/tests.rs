//! Limits before work, faults by their cause, and orientation.

mod cleaning;

use super::{
    testing::{Jpeg, card, paint, png},
    *,
};

fn png_that_says(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = png(&card(1, 64, 48));
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    let checksum = crc32fast::hash(&bytes[12..29]).to_be_bytes();
    bytes[29..33].copy_from_slice(&checksum);
    bytes
}

#[test]
fn jpeg_and_png_are_told_by_their_bytes_and_everything_else_is_unsupported() {
    let original = card(1, 200, 120);
    let jpeg = Jpeg::GREY.encode(&original);
    let header = inspect(&jpeg, Limits::default()).unwrap();
    assert_eq!((header.format, header.width, header.height), (Format::Jpeg, 200, 120));
    assert!(decode(&jpeg).is_ok());
    let png = png(&original);
    assert_eq!(inspect(&png, Limits::default()).unwrap().format, Format::Png);
    assert!(decode(&png).unwrap() == original);
    for other in [&b""[..], b"GIF89a", b"%PDF-1.7", b"\0\0\0\x18ftypheic", b"\xFF\xD8", b"\x89PNG", b"RIFF\0\0\0\0WEBP"]
    {
        assert_eq!(decode(other), Err(Fault::Unsupported));
    }
}

#[test]
fn too_many_bytes_are_refused_even_if_the_picture_is_small() {
    let bytes = Jpeg::GREY.encode(&card(1, 64, 48));
    let limits = |bytes| Limits { bytes, ..Limits::default() };
    assert!(decode_within(&bytes, limits(bytes.len())).is_ok());
    assert_eq!(decode_within(&bytes, limits(bytes.len() - 1)), Err(Fault::TooManyBytes));
}

#[test]
fn too_many_pixels_are_refused_by_the_header_before_anything_is_decoded() {
    for bytes in [
        Jpeg::GREY.that_says(60_000, 60_000),
        Jpeg::GREY.that_says(65_535, 65_535),
        Jpeg::GREY.that_says(10_000, 5_001),
        png_that_says(60_000, 60_000),
        png_that_says(u32::MAX, u32::MAX),
    ] {
        // This step only reads the header; its refusal proves that nothing else was done.
        assert_eq!(inspect(&bytes, Limits::default()), Err(Fault::TooManyPixels));
    }
    let small = Jpeg::GREY.encode(&card(1, 64, 48));
    assert_eq!(decode_within(&small, Limits { pixels: 64 * 48 - 1, ..Limits::default() }), Err(Fault::TooManyPixels));
}

#[test]
fn sizes_of_zero_and_sizes_that_the_data_does_not_fill_do_not_decode() {
    for bytes in [
        Jpeg::GREY.that_says(0, 48),
        Jpeg::GREY.that_says(64, 0),
        png_that_says(0, 48),
        png_that_says(64, 0),
        Jpeg::GREY.that_says(10_000, 5_000),
        png_that_says(10_000, 5_000),
        png_that_says(50_000_000, 1),
        b"\xFF\xD8\xFF".to_vec(),
        b"\x89PNG\r\n\x1a\n".to_vec(),
    ] {
        assert_eq!(decode(&bytes), Err(Fault::Broken));
    }
}

#[test]
fn every_exif_orientation_gives_the_same_upright_picture() {
    let upright = card(1, 160, 96);
    let expected = decode(&Jpeg::GREY.encode(&upright)).unwrap();
    for orientation in 1..=8 {
        let stored = stored_as(orientation, &upright);
        let luma = decode(&Jpeg { orientation, ..Jpeg::GREY }.encode(&stored)).unwrap();
        assert_eq!((luma.width, luma.height), (160, 96), "orientation {orientation}");
        let sum: u64 = luma.pixels.iter().zip(&expected.pixels).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
        // JPEG treats rows and columns slightly differently; a wrong turn is off by tens of levels.
        assert!(sum < 4 * luma.pixels.len() as u64, "orientation {orientation}: off by {sum}");
    }
}

/// The picture that a camera stores with this orientation for an upright scene, by the standard's words: which side of
/// the scene the first stored row and the first stored column are.
fn stored_as(orientation: u16, upright: &Luma) -> Luma {
    let (w, h) = (upright.width, upright.height);
    let at = |x: usize, y: usize| upright.pixels[y * w + x];
    match orientation {
        2 => paint(w, h, |x, y| at(w - 1 - x, y)),
        3 => paint(w, h, |x, y| at(w - 1 - x, h - 1 - y)),
        4 => paint(w, h, |x, y| at(x, h - 1 - y)),
        5 => paint(h, w, |x, y| at(y, x)),
        6 => paint(h, w, |x, y| at(w - 1 - y, x)),
        7 => paint(h, w, |x, y| at(w - 1 - y, h - 1 - x)),
        8 => paint(h, w, |x, y| at(y, h - 1 - x)),
        _ => upright.clone(),
    }
}

#[test]
fn what_is_printed_of_a_picture_is_its_size_alone() {
    assert_eq!(format!("{:?}", paint(3, 2, |_, _| 7)), "Luma of 3×2");
}
