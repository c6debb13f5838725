//! Limits before work, and faults by their cause, in the terms of the domain.

use super::*;
use crate::synthetic::{Jpeg, card, png};

fn validator() -> InternalPictureValidator {
    InternalPictureValidator::new(PictureMemory::default())
}

fn check(bytes: Vec<u8>) -> Result<Picture, PictureFault> {
    validator().check(bytes.into())
}

async fn fault(bytes: Vec<u8>) -> Option<PictureFault> {
    let picture = match check(bytes) {
        Ok(picture) => picture,
        Err(fault) => return Some(fault),
    };
    let decoded = decode(&picture.bytes).err();
    assert_eq!(validator().clean(&picture).await.err(), decoded, "what is complete decodes, and nothing else");
    decoded
}

#[tokio::test]
async fn jpeg_and_png_are_told_by_their_bytes_and_everything_else_is_unsupported() {
    let original = card(1, 200, 120);
    for (bytes, format) in [(Jpeg::GREY.encode(&original), PictureFormat::Jpeg), (png(&original), PictureFormat::Png)] {
        assert_eq!(PictureFormat::sniff(&bytes), Some(format));
        assert_eq!(fault(bytes.clone()).await, None);
        let (luma, cleaned) = decode(&bytes).unwrap();
        assert_eq!((luma.width, luma.height), (200, 120));
        assert!(format != PictureFormat::Png || luma == original, "PNG loses nothing");
        let picture = check(bytes.clone()).unwrap();
        assert!(picture.format == format && picture.bytes == bytes);
        let clean = validator().clean(&picture).await.unwrap();
        assert_eq!((clean.width, clean.height), (200, 120));
        assert!(clean.picture.format == format && clean.picture.bytes == cleaned.bytes && cleaned.format == format);
    }
    for other in [&b""[..], b"GIF89a", b"%PDF-1.7", b"\0\0\0\x18ftypheic", b"\xFF\xD8", b"RIFF\0\0\0\0WEBP"] {
        assert_eq!(PictureFormat::sniff(other), None);
        assert_eq!(check(other.to_vec()).err(), Some(PictureFault::Unsupported));
    }
}

#[tokio::test]
async fn what_can_be_told_without_decoding_is_told_by_the_check_already() {
    let mut many_bytes = Jpeg::GREY.encode(&card(1, 64, 48));
    many_bytes.resize(MAX_PICTURE_BYTES, 0);
    assert_eq!(fault(many_bytes.clone()).await, None, "what follows a picture is not minded up to the limit");
    many_bytes.push(0);
    for (bytes, expected) in [
        (b"GIF89a".to_vec(), PictureFault::Unsupported),
        (many_bytes, PictureFault::TooManyBytes),
        (Jpeg::GREY.that_says(10_000, 5_001), PictureFault::TooManyPixels),
    ] {
        assert_eq!(check(bytes.clone()).err(), Some(expected));
        assert_eq!(decode(&bytes).err(), Some(expected));
    }
}

#[tokio::test]
async fn a_picture_that_its_data_does_not_fill_is_undecodable() {
    let bytes = Jpeg::GREY.that_says(10_000, 5_000);
    assert_eq!(check(bytes.clone()).unwrap().format, PictureFormat::Jpeg, "it is within the limits");
    assert_eq!(fault(bytes).await, Some(PictureFault::Undecodable));
    let png = png(&card(1, 64, 48));
    assert_eq!(fault(png[..png.len() / 2].to_vec()).await, Some(PictureFault::Undecodable));
}

#[tokio::test]
async fn many_pictures_at_once_are_all_read() {
    let validator = validator();
    let picture = check(Jpeg::GREY.encode(&card(1, 200, 120))).unwrap();
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let (validator, picture) = (validator.clone(), picture.clone());
            tokio::spawn(async move { validator.clean(&picture).await.is_ok() })
        })
        .collect();
    for task in tasks {
        assert!(task.await.unwrap());
    }
}
