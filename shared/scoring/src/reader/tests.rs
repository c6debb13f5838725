//! The port: limits before work, faults by what is wrong, and bounded concurrency.

use super::*;
use crate::synthetic::{Jpeg, card, paint, png};

async fn read(bytes: Vec<u8>) -> Result<Picture, PictureFault> {
    InternalPictureReader::new().read(bytes).await
}

async fn fault(bytes: Vec<u8>) -> Option<PictureFault> {
    read(bytes).await.err()
}

fn jpeg_that_says(width: u16, height: u16) -> Vec<u8> {
    let mut bytes = Jpeg::GREY.encode(&card(1, 64, 48));
    let frame = bytes.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap();
    bytes[frame + 5..frame + 7].copy_from_slice(&height.to_be_bytes());
    bytes[frame + 7..frame + 9].copy_from_slice(&width.to_be_bytes());
    bytes
}

fn png_that_says(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = png(&card(1, 64, 48));
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    let checksum = crc32fast::hash(&bytes[12..29]).to_be_bytes();
    bytes[29..33].copy_from_slice(&checksum);
    bytes
}

#[tokio::test]
async fn jpeg_and_png_are_told_by_their_bytes_and_everything_else_is_unsupported() {
    let original = card(1, 200, 120);
    let jpeg = read(Jpeg::GREY.encode(&original)).await.unwrap();
    assert_eq!((jpeg.format, jpeg.luma.width, jpeg.luma.height), (PictureFormat::Jpeg, 200, 120));
    let bytes = png(&original);
    let read_png = read(bytes.clone()).await.unwrap();
    assert_eq!((read_png.format, read_png.bytes == bytes, read_png.luma == original), (PictureFormat::Png, true, true));
    for other in [&b""[..], b"GIF89a", b"%PDF-1.7", b"\0\0\0\x18ftypheic", b"\xFF\xD8", b"\x89PNG", b"RIFF\0\0\0\0WEBP"] {
        assert_eq!(fault(other.to_vec()).await, Some(PictureFault::Unsupported));
    }
}

#[tokio::test]
async fn too_many_bytes_are_refused_even_if_the_picture_is_small() {
    let mut bytes = Jpeg::GREY.encode(&card(1, 64, 48));
    bytes.resize(MAX_PICTURE_BYTES, 0);
    assert_eq!(fault(bytes.clone()).await, None, "what follows a picture is not minded up to the limit");
    bytes.push(0);
    assert_eq!(fault(bytes).await, Some(PictureFault::TooManyBytes));
}

#[tokio::test]
async fn huge_sizes_are_refused_by_their_header_before_anything_is_decoded() {
    for bytes in [
        jpeg_that_says(60_000, 60_000),
        jpeg_that_says(65_535, 65_535),
        jpeg_that_says(10_000, 5_001),
        png_that_says(60_000, 60_000),
        png_that_says(u32::MAX, u32::MAX),
    ] {
        // This step has only a look at the header; that it refuses means that nothing else was done.
        assert_eq!(within_limits(&bytes).err(), Some(PictureFault::TooManyPixels));
        assert_eq!(fault(bytes).await, Some(PictureFault::TooManyPixels));
    }
}

#[tokio::test]
async fn sizes_of_zero_and_sizes_that_the_data_does_not_fill_do_not_decode() {
    for bytes in [
        jpeg_that_says(0, 48),
        jpeg_that_says(64, 0),
        png_that_says(0, 48),
        png_that_says(64, 0),
        jpeg_that_says(10_000, 5_000),
        png_that_says(10_000, 5_000),
        png_that_says(50_000_000, 1),
        b"\xFF\xD8\xFF".to_vec(),
        b"\x89PNG\r\n\x1a\n".to_vec(),
    ] {
        assert_eq!(fault(bytes).await, Some(PictureFault::Undecodable));
    }
}

#[tokio::test]
async fn every_exif_orientation_gives_the_same_upright_picture() {
    let upright = card(1, 160, 96);
    let expected = read(Jpeg::GREY.encode(&upright)).await.unwrap().luma;
    for orientation in 1..=8 {
        let stored = stored_as(orientation, &upright);
        let luma = read(Jpeg { orientation, ..Jpeg::GREY }.encode(&stored)).await.unwrap().luma;
        assert_eq!((luma.width, luma.height), (160, 96), "orientation {orientation}");
        let sum: u64 = luma.pixels.iter().zip(&expected.pixels).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
        // JPEG treats rows and columns a little differently; a wrong turn is off by tens of levels.
        assert!(sum < 4 * luma.pixels.len() as u64, "orientation {orientation}: off by {sum}");
    }
}

/// What a camera stores that says this orientation of an upright scene, by the standard's words: which side of the scene the first stored
/// row and the first stored column are.
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

#[tokio::test]
async fn many_pictures_at_once_are_all_read() {
    let reader = InternalPictureReader::new();
    let bytes = Jpeg::GREY.encode(&card(1, 200, 120));
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let (reader, bytes) = (reader.clone(), bytes.clone());
            tokio::spawn(async move { reader.read(bytes).await.is_ok() })
        })
        .collect();
    for task in tasks {
        assert!(task.await.unwrap());
    }
    assert_eq!(reader.permits.available_permits(), PERMITS as usize);
}

#[tokio::test]
async fn a_picture_that_takes_much_memory_waits_until_it_is_alone() {
    let options = Jpeg { progressive: true, color: true, ..Jpeg::GREY };
    let mut bytes = options.encode(&card(1, 64, 48));
    let frame = bytes.windows(2).position(|pair| pair == [0xFF, 0xC2]).unwrap();
    bytes[frame + 5..frame + 9].copy_from_slice(&[0x13, 0x88, 0x27, 0x10]);
    let (_, header) = within_limits(&bytes).unwrap();
    assert!(header.working_bytes > ALONE_FROM_BYTES);
    let reader = InternalPictureReader::new();
    let held = reader.permits.clone().acquire_owned().await.unwrap();
    let waiting = reader.clone();
    let reading = tokio::spawn(async move { waiting.read(bytes).await.err() });
    tokio::task::yield_now().await;
    assert!(!reading.is_finished());
    drop(held);
    assert_eq!(reading.await.unwrap(), Some(PictureFault::Undecodable));
}
