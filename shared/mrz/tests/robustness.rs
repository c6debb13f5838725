//! No bytes and no picture make the reader panic or run forever.

use acredita_mrz::{Options, Reader};
use acredita_pictures::Luma;
use proptest::prelude::*;
use std::{fs, path::Path, sync::LazyLock};

static READER: LazyLock<Reader> = LazyLock::new(Reader::new);
static PASSPORT: LazyLock<Vec<u8>> = LazyLock::new(|| {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pictures/passport.jpg")).expect("a picture")
});

/// A tenth of the default: enough for one pass and its zones.
const WORK: Options<'static> = Options { work: 100_000, expired: None };

fn read(bytes: &[u8]) {
    if let Ok(luma) = acredita_pictures::decode(bytes) {
        READER.read(&luma, WORK);
    }
}

#[test]
fn pictures_of_odd_sizes_are_absent() {
    for (width, height) in [(0, 0), (1, 1), (1, 5000), (5000, 1), (7, 7), (40, 2000)] {
        let reading = READER.read(&Luma { width, height, pixels: vec![128; width * height] }, WORK);
        assert!(reading.zones.is_empty(), "{width} × {height}");
    }
}

#[test]
fn a_picture_whose_size_is_a_lie_is_absent() {
    assert!(READER.read(&Luma { width: 1000, height: 1000, pixels: vec![0; 10] }, WORK).zones.is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn damaged_files_are_survived(changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12), end in any::<prop::sample::Index>(), cut: bool) {
        let mut bytes = PASSPORT.clone();
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        if cut {
            bytes.truncate(end.index(bytes.len()));
        }
        read(&bytes);
    }

    #[test]
    fn painted_over_pictures_are_survived_and_keep_the_alphabet(
        boxes in proptest::collection::vec((0..900_usize, 0..640_usize, 1..300_usize, 1..60_usize, any::<u8>()), 0..12),
        crop in (0..500_usize, 0..400_usize),
    ) {
        let luma = acredita_pictures::decode(&PASSPORT).expect("a picture");
        let (width, height) = (luma.width - crop.0, luma.height - crop.1);
        let mut cropped = Luma { width, height, pixels: luma.pixels.chunks_exact(luma.width).skip(crop.1).flat_map(|row| &row[crop.0..]).copied().collect() };
        for (x, y, wide, high, level) in boxes {
            for row in cropped.pixels.chunks_exact_mut(width).skip(y).take(high) {
                let (from, to) = (x.min(width), (x + wide).min(width));
                row[from..to].fill(level);
            }
        }
        for zone in READER.read(&cropped, WORK).zones {
            for line in &zone.lines {
                prop_assert_eq!(line.text.as_str().len(), zone.format.columns());
                prop_assert_eq!(line.cells.len(), line.confidence.len());
                prop_assert!(line.confidence.iter().all(|confidence| (0.0..=1.0).contains(confidence)));
                prop_assert!(line.text.as_str().bytes().all(|character| acredita_mrz::icao::alphabet::index(character).is_some()));
            }
        }
    }

    #[test]
    fn patterns_of_any_period_are_survived(across in 2..40_usize, down in 2..40_usize, share in 1..8_usize, noise in any::<u64>()) {
        let (width, height) = (600, 400);
        let mut random = noise | 1;
        let pixels = (0..width * height).map(|index| {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            let ink = index % width % across * share < across && index / width % down * share < down;
            if ink { 30 } else { 200 + (random % 30) as u8 }
        });
        let reading = READER.read(&Luma { width, height, pixels: pixels.collect() }, WORK);
        prop_assert!(reading.accepted().is_none());
    }
}
