//! The version that identifies a reader: it changes when a reading does.

use acredita_mrz::{Line, Options, Reader, VERSION, Zone};
use acredita_pictures::Luma;
use std::{fs, path::Path};

/// The readings of the test pictures, and of smaller ones made of them, by the reader of this version. If they differ,
/// raise the revision in [`VERSION`] (`infra/docs/GUIDE.md`, the example of `functions/scoring` and
/// `infra/openapi.json` show it) and put the new sum here.
const READINGS: (&str, u32) = ("0.1.0+r5.ocr-b.979c5459", 3_163_504_475);

/// Confidences are compared in this many steps: another machine's logarithms and exponentials differ in the sixth
/// place. None may be this near an edge.
const STEPS: f32 = 8.0;
const MARGIN: f32 = 5e-5;

/// This many times narrower and lower: poor enough that some characters are doubtful.
fn smaller(luma: &Luma, times: usize) -> Luma {
    let (width, height) = (luma.width / times, luma.height / times);
    let at = |x: usize, y: usize| luma.pixels[y * luma.width + x] as usize;
    let square =
        |x: usize, y: usize| (0..times * times).map(|index| at(x + index % times, y + index / times)).sum::<usize>();
    let mean = |index: usize| (square(times * (index % width), times * (index / width)) / (times * times)) as u8;
    Luma { width, height, pixels: (0..width * height).map(mean).collect() }
}

fn told(zone: &Zone) -> String {
    let line = |line: &Line| {
        let sure: Vec<u8> = line.confidence.iter().map(|sure| (sure * STEPS).round() as u8).collect();
        format!("{} {} {} {:?} {sure:?}", line.raw.as_str(), line.masked.as_str(), line.text.as_str(), line.doubtful)
    };
    let lines: Vec<String> = zone.lines.iter().map(line).collect();
    format!("{} {} {} {}\n", zone.format.as_str(), zone.status.as_str(), zone.accepted(), lines.join(" "))
}

#[test]
fn the_version_names_what_is_read_and_changes_with_it() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pictures");
    let mut files: Vec<_> =
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("a file").path()).collect();
    files.retain(|file| file.extension().is_some_and(|kind| kind == "jpg"));
    files.sort();
    let reader = Reader::new();
    let mut sum = crc32fast::Hasher::new();
    let mut margin = 1.0_f32;
    for file in files {
        let luma = acredita_pictures::decode(&fs::read(&file).expect("a file")).expect("a picture");
        for luma in [1, 3, 4].map(|times| smaller(&luma, times)) {
            let reading = reader.read(&luma, Options::default());
            for zone in &reading.zones {
                for sure in zone.lines.iter().flat_map(|line| &line.confidence) {
                    margin = margin.min(((sure * STEPS).fract() - 0.5).abs() / STEPS);
                }
                sum.update(told(zone).as_bytes());
            }
        }
    }
    assert!(
        margin > MARGIN,
        "a confidence is so near the edge of a step that another machine may round it otherwise: choose other steps"
    );
    assert_eq!((VERSION, sum.finalize()), READINGS);
}
