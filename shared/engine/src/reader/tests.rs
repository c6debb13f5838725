//! The port: the service's limits, formats and faults in the domain's terms, and bounded concurrency. Decoding is
//! tested with the decoders.

use super::*;
use crate::synthetic::{Jpeg, card, png};

async fn fault(bytes: Vec<u8>) -> Option<PictureFault> {
    InternalPictureReader::new().read(bytes).await.err()
}

#[tokio::test]
async fn a_picture_is_given_with_its_format_its_bytes_and_its_brightness() {
    let original = card(1, 200, 120);
    for (bytes, format) in [(Jpeg::GREY.encode(&original), PictureFormat::Jpeg), (png(&original), PictureFormat::Png)] {
        let reader = InternalPictureReader::new();
        assert_eq!(reader.check(&bytes), Ok(format));
        let picture = reader.read(bytes.clone()).await.unwrap();
        assert_eq!((picture.format, picture.luma.width, picture.luma.height), (format, 200, 120));
        assert!(picture.bytes == bytes);
        assert!(format != PictureFormat::Png || picture.luma == original, "PNG loses nothing");
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
        assert_eq!(InternalPictureReader::new().check(&bytes), Err(expected));
        assert_eq!(fault(bytes).await, Some(expected));
    }
}

#[tokio::test]
async fn a_picture_that_its_data_does_not_fill_is_undecodable() {
    let bytes = Jpeg::GREY.that_says(10_000, 5_000);
    assert_eq!(InternalPictureReader::new().check(&bytes), Ok(PictureFormat::Jpeg), "it is within the limits");
    assert_eq!(fault(bytes).await, Some(PictureFault::Undecodable));
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
    let bytes = Jpeg { progressive: true, color: true, ..Jpeg::GREY }.that_says(10_000, 5_000);
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
