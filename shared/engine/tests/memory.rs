//! However many pictures arrive at once, reading them stays within one memory limit.

use acredita_domain::{
    pictures::{Picture, PictureFormat},
    ports::{DocumentNumberReader, PictureValidator, ScoreRequest, Scorer},
};
use acredita_engine::{InternalDocumentNumberReader, InternalPictureValidator, InternalScorer, PictureMemory};
use acredita_pictures::testing::{Jpeg, paint, png};
use peak_alloc::PeakAlloc;
use tokio::task::JoinSet;

#[global_allocator]
static ALLOCATED: PeakAlloc = PeakAlloc;

/// As many as the limits allow, in a file of a few hundred kilobytes.
const FIFTY_MEGAPIXELS: (usize, usize) = (10_000, 5_000);

#[tokio::test]
async fn twenty_four_pictures_of_fifty_megapixels_at_once_take_no_more_than_there_is() {
    let plain = paint(FIFTY_MEGAPIXELS.0, FIFTY_MEGAPIXELS.1, |_, _| 128);
    let turned = Jpeg { orientation: 6, ..Jpeg::GREY }.encode(&plain);
    let pictures = [(PictureFormat::Png, png(&plain)), (PictureFormat::Jpeg, turned)]
        .map(|(format, bytes)| Picture { format, bytes: bytes.into() });
    drop(plain);

    let memory = PictureMemory::default();
    let before = ALLOCATED.current_usage();
    ALLOCATED.reset_peak_usage();
    let mut looking = JoinSet::new();
    for at in 0..24 {
        let (memory, picture) = (memory.clone(), pictures[at / 3 % 2].clone());
        looking.spawn(async move {
            match at % 3 {
                0 => drop(InternalPictureValidator::new(memory).clean(&picture).await.unwrap()),
                1 => {
                    assert_eq!(InternalDocumentNumberReader::new(memory).read(picture.bytes).await.numbers.numbers, [])
                }
                _ => {
                    let (front, back) = (Some(&picture), None);
                    let now = chrono::DateTime::UNIX_EPOCH;
                    let request = ScoreRequest { document: None, declared: None, front, back, now };
                    InternalScorer::new(memory).score(request).await.unwrap();
                }
            }
        });
    }
    while let Some(looked) = looking.join_next().await {
        looked.unwrap();
    }

    let peak = ALLOCATED.peak_usage() - before;
    let one = FIFTY_MEGAPIXELS.0 * FIFTY_MEGAPIXELS.1;
    assert!(peak > one, "they were decoded: {peak} bytes");
    assert!(peak <= PictureMemory::BYTES, "{peak} bytes");
    assert!(24 * one > PictureMemory::BYTES, "all at once would have been more");
}
