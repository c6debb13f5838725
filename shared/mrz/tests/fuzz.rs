//! No bytes make the decoder or the reader panic, and none make the reader exceed its budget.
//!
//! The pictures are drawn here, or come from the directory in `MRZ_FUZZ_SEEDS`; then they are damaged: bytes of files,
//! with repaired checksums so that the damage gets deeper, and pixels of pictures, so that it gets past the decoder. An
//! ordinary run takes a few hundred cases. For a long one:
//!
//! ```text
//! MRZ_FUZZ_MINUTES=10 MRZ_FUZZ_SEEDS=some/pictures cargo test --release -p acredita-mrz --test fuzz -- --nocapture --test-threads=2
//! ```

use acredita_mrz::{Options, Reader, Status, icao::parse_as};
use acredita_pictures::{Fault, Format, Limits, Luma, decode_within};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use proptest::{
    collection::vec,
    prelude::*,
    sample::Index,
    test_runner::{Config, TestCaseResult, TestRunner},
};
use std::{
    cell::Cell,
    env, fs,
    time::{Duration, Instant},
};

/// Cases without `MRZ_FUZZ_CASES`: a few seconds without optimisation.
const CASES: u32 = 100;
/// The largest pictures that damaged files may claim and still be decoded here: the limits themselves are tested
/// elsewhere, and millions of pixels only take time.
const LIMITS: Limits = Limits { bytes: 4 * 1024 * 1024, pixels: 3_000_000 };
/// The reader's budget: a few milliseconds.
const WORK: u64 = 60_000;

/// One way to damage bytes.
#[derive(Clone, Debug)]
enum Damage {
    Set(Index, u8),
    Flip(Index, u8),
    Fill(Index, Index, u8),
    Remove(Index, u8),
    Insert(Index, Vec<u8>),
    Repeat(Index, Index),
    Cut(Index),
    /// Numbers close to overflow.
    Extreme(Index, u8, u8),
}

fn damage() -> impl Strategy<Value = Damage> {
    let at = any::<Index>;
    prop_oneof![
        4 => (at(), any::<u8>()).prop_map(|(at, byte)| Damage::Set(at, byte)),
        4 => (at(), 0..8_u8).prop_map(|(at, bit)| Damage::Flip(at, bit)),
        1 => (at(), at(), any::<u8>()).prop_map(|(from, to, byte)| Damage::Fill(from, to, byte)),
        2 => (at(), 1..40_u8).prop_map(|(at, count)| Damage::Remove(at, count)),
        2 => (at(), vec(any::<u8>(), 1..20)).prop_map(|(at, bytes)| Damage::Insert(at, bytes)),
        1 => (at(), at()).prop_map(|(from, to)| Damage::Repeat(from, to)),
        1 => at().prop_map(Damage::Cut),
        3 => (at(), 1..5_u8, any::<u8>()).prop_map(|(at, width, which)| Damage::Extreme(at, width, which)),
    ]
}

impl Damage {
    fn apply(&self, bytes: &mut Vec<u8>) {
        if bytes.is_empty() {
            return;
        }
        let length = bytes.len();
        let range = |from: &Index, to: &Index| {
            let (from, to) = (from.index(length), to.index(length));
            from.min(to)..from.max(to)
        };
        match self {
            Self::Set(at, byte) => bytes[at.index(length)] = *byte,
            Self::Flip(at, bit) => bytes[at.index(length)] ^= 1 << bit,
            // The header is included only in short ones.
            Self::Fill(from, to, byte) => bytes[range(from, to)].fill(*byte),
            Self::Remove(at, count) => {
                let at = at.index(length);
                bytes.drain(at..length.min(at + usize::from(*count)));
            }
            Self::Insert(at, more) => {
                let at = at.index(length);
                bytes.splice(at..at, more.iter().copied());
            }
            Self::Repeat(from, to) => {
                let part = bytes[range(from, to)].to_vec();
                bytes.splice(length..length, part);
            }
            Self::Cut(at) => bytes.truncate(at.index(length)),
            Self::Extreme(at, width, which) => {
                let value = [0, 1, 0x7F, 0x80, 0xFF, 0xFE][usize::from(*which) % 6];
                let at = at.index(length);
                let end = length.min(at + usize::from(*width));
                bytes[at..end].fill(value);
            }
        }
    }
}

/// Makes the checksums of a PNG valid again, as far as its chunks can be walked.
fn repair(bytes: &mut [u8]) {
    let mut at = 8;
    while let Some(&length) = bytes.get(at..).and_then(<[u8]>::first_chunk::<4>) {
        let end = (at + 8).saturating_add(u32::from_be_bytes(length) as usize);
        if end.saturating_add(4) > bytes.len() {
            return;
        }
        let checksum = crc32fast::hash(&bytes[at + 4..end]).to_be_bytes();
        bytes[end..end + 4].copy_from_slice(&checksum);
        at = end + 4;
    }
}

/// Strokes in two or three rows of even pitch, which the reader takes for a zone until it looks closely.
fn drawn(width: usize, height: usize, rows: usize, columns: usize) -> Luma {
    let mut pixels: Vec<u8> = (0..width * height).map(|at| 190 + (at * 7 / 11 % 13) as u8).collect();
    let pitch = width / (columns + 2);
    for row in 0..rows {
        for column in 0..columns {
            let (left, top) = ((column + 1) * pitch, height / 3 + row * pitch * 2);
            let shape = (row * 31 + column * 17) % 5;
            for (x, y) in (0..pitch * 2 / 3).flat_map(|x| (0..pitch).map(move |y| (x, y))) {
                let ink = match shape {
                    0 => x < pitch / 5 || y < pitch / 5,
                    1 => x.abs_diff(y) < pitch / 6,
                    2 => (x + y).abs_diff(pitch / 2) < pitch / 6,
                    3 => y < pitch / 6 || y > pitch * 5 / 6,
                    _ => x < pitch / 6 || x > pitch / 2,
                };
                if ink && top + y < height {
                    pixels[(top + y) * width + left + x] = 40;
                }
            }
        }
    }
    Luma { width, height, pixels }
}

fn jpeg(luma: &Luma, quality: u8, color: bool, progressive: bool, restart: u16, orientation: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, quality);
    encoder.set_progressive(progressive);
    encoder.set_restart_interval(restart);
    if color {
        encoder.set_sampling_factor(SamplingFactor::F_2_2);
    }
    let exif =
        [b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0", &[orientation][..], b"\0\0\0\0\0\0"].concat();
    encoder.add_app_segment(1, exif).expect("a small segment");
    let (width, height) = (luma.width as u16, luma.height as u16);
    let encoded = if color {
        let rgb: Vec<u8> = luma.pixels.iter().flat_map(|&level| [level, level / 2 + 60, 255 - level]).collect();
        encoder.encode(&rgb, width, height, ColorType::Rgb)
    } else {
        encoder.encode(&luma.pixels, width, height, ColorType::Luma)
    };
    encoded.expect("sizes fit");
    bytes
}

fn png(luma: &Luma, color: png::ColorType, depth: png::BitDepth) -> Vec<u8> {
    let samples = color.samples() * if depth == png::BitDepth::Sixteen { 2 } else { 1 };
    let data: Vec<u8> = luma.pixels.iter().flat_map(|&level| std::iter::repeat_n(level, samples)).collect();
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, luma.width as u32, luma.height as u32);
    encoder.set_color(color);
    encoder.set_depth(depth);
    encoder.write_header().and_then(|mut writer| writer.write_image_data(&data)).expect("sizes fit");
    bytes
}

/// Files to damage. Small ones, so that damage hits something that matters.
fn files() -> Vec<Vec<u8>> {
    let (small, zone) = (drawn(96, 64, 2, 8), drawn(480, 200, 2, 44));
    let mut files = vec![
        jpeg(&small, 80, false, false, 0, 1),
        jpeg(&small, 80, true, false, 3, 6),
        jpeg(&small, 80, true, true, 0, 3),
        jpeg(&small, 60, true, true, 2, 5),
        jpeg(&zone, 70, true, false, 0, 8),
        png(&small, png::ColorType::Grayscale, png::BitDepth::Eight),
        png(&small, png::ColorType::Rgba, png::BitDepth::Sixteen),
        png(&zone, png::ColorType::Rgb, png::BitDepth::Eight),
    ];
    files.extend(seeds());
    files
}

fn seeds() -> Vec<Vec<u8>> {
    let Ok(directory) = env::var("MRZ_FUZZ_SEEDS") else {
        return Vec::new();
    };
    let mut paths: Vec<_> =
        fs::read_dir(directory).expect("a directory of pictures").flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths.into_iter().filter_map(|path| fs::read(path).ok()).filter(|bytes| Format::sniff(bytes).is_some()).collect()
}

/// Runs cases until there were enough, or time is up if minutes are given, and returns how many.
#[expect(clippy::disallowed_methods, reason = "the length of a run is real time")]
fn run<S: Strategy>(name: &str, strategy: S, test: impl Fn(S::Value) -> TestCaseResult) {
    let number = |name| env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let cases = number("MRZ_FUZZ_CASES").map_or(CASES, |cases| cases as u32);
    let minutes = number("MRZ_FUZZ_MINUTES");
    let end = Instant::now() + Duration::from_secs(60 * minutes.unwrap_or_default());
    let done = Cell::new(0_u64);
    loop {
        let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
        let result = runner.run(&strategy, |value| {
            done.set(done.get() + 1);
            test(value)
        });
        if let Err(failure) = result {
            panic!("{name}: {failure}");
        }
        if Instant::now() >= end {
            break;
        }
    }
    if minutes.is_some() {
        eprintln!("{name}: {} cases", done.get());
    }
}

/// A reading must be consistent, whatever was looked at.
fn look(reader: &Reader, luma: &Luma) -> TestCaseResult {
    let reading = reader.read(luma, Options { work: WORK, ..Options::default() });
    for zone in &reading.zones {
        let parsed = parse_as(zone.format, &zone.texts());
        prop_assert!(parsed.is_ok_and(|parsed| !zone.accepted() || parsed.digits_hold()));
    }
    prop_assert_eq!(reading.status == Status::Absent, reading.zones.is_empty());
    Ok(())
}

#[test]
fn damaged_files_are_decoded_or_refused() {
    let files = files();
    let reader = Reader::new();
    run("damaged files", (any::<Index>(), vec(damage(), 1..8), any::<bool>()), |(which, damages, repairs)| {
        let mut bytes = files[which.index(files.len())].clone();
        damages.iter().for_each(|damage| damage.apply(&mut bytes));
        if repairs && Format::sniff(&bytes) == Some(Format::Png) {
            repair(&mut bytes);
        }
        match decode_within(&bytes, LIMITS) {
            Ok(luma) => {
                prop_assert_eq!(luma.pixels.len(), luma.width * luma.height);
                look(&reader, &luma)
            }
            Err(fault) => {
                prop_assert_ne!(fault, Fault::Panicked);
                Ok(())
            }
        }
    });
}

#[test]
fn bytes_of_any_kind_after_a_right_beginning_are_refused() {
    let beginnings: [&[u8]; 4] =
        [b"\xFF\xD8\xFF", b"\xFF\xD8\xFF\xE1\0\x20Exif\0\0", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b""];
    run("any bytes", (0..4_usize, vec(any::<u8>(), 0..400)), |(beginning, rest)| {
        let bytes = [beginnings[beginning], &rest].concat();
        prop_assert!(!matches!(decode_within(&bytes, LIMITS), Ok(_) | Err(Fault::Panicked)));
        Ok(())
    });
}

/// One way to damage the content of a picture.
#[derive(Clone, Debug)]
enum Change {
    Crop(Index, Index, Index, Index),
    Stretch(u16, u16),
    Patch(Index, Index, u8, Index),
    Noise(u8, u32),
    Invert,
    Level(u8, u8),
    Stripes(u8, u8),
}

fn change() -> impl Strategy<Value = Change> {
    let at = any::<Index>;
    prop_oneof![
        (at(), at(), at(), at()).prop_map(|(a, b, c, d)| Change::Crop(a, b, c, d)),
        (1..1200_u16, 1..1200_u16).prop_map(|(width, height)| Change::Stretch(width, height)),
        (at(), at(), any::<u8>(), at()).prop_map(|(a, b, level, size)| Change::Patch(a, b, level, size)),
        (any::<u8>(), any::<u32>()).prop_map(|(amount, seed)| Change::Noise(amount, seed)),
        Just(Change::Invert),
        (any::<u8>(), any::<u8>()).prop_map(|(low, high)| Change::Level(low, high)),
        (1..40_u8, any::<u8>()).prop_map(|(pitch, level)| Change::Stripes(pitch, level)),
    ]
}

impl Change {
    fn apply(&self, luma: &mut Luma) {
        let (width, height) = (luma.width, luma.height);
        let span = |a: &Index, b: &Index, length: usize| {
            let (a, b) = (a.index(length), b.index(length));
            (a.min(b), a.abs_diff(b) + 1)
        };
        match self {
            Self::Crop(a, b, c, d) => {
                let ((left, across), (top, down)) = (span(a, b, width), span(c, d, height));
                *luma = painted(across, down, |x, y| luma.pixels[(top + y) * width + left + x]);
            }
            Self::Stretch(across, down) => {
                let (across, down) = (usize::from(*across), usize::from(*down));
                *luma = painted(across, down, |x, y| luma.pixels[y * height / down * width + x * width / across]);
            }
            Self::Patch(a, b, level, size) => {
                let (left, top, size) = (a.index(width), b.index(height), size.index(width.min(height)) + 1);
                for y in top..height.min(top + size) {
                    luma.pixels[y * width + left..][..size.min(width - left)].fill(*level);
                }
            }
            Self::Noise(amount, seed) => {
                let mut state = *seed | 1;
                for pixel in &mut luma.pixels {
                    state = state.wrapping_mul(747_796_405).wrapping_add(2_891_336_453);
                    *pixel = pixel.wrapping_add(((state >> 24) * u32::from(*amount) / 256) as u8);
                }
            }
            Self::Invert => luma.pixels.iter_mut().for_each(|pixel| *pixel = 255 - *pixel),
            Self::Level(low, high) => {
                luma.pixels.iter_mut().for_each(|pixel| *pixel = (*pixel).clamp(*low.min(high), *low.max(high)))
            }
            Self::Stripes(pitch, level) => {
                let rows = luma.pixels.chunks_exact_mut(width).enumerate();
                rows.filter(|(y, _)| y / usize::from(*pitch) % 2 == 0).for_each(|(_, row)| row.fill(*level));
            }
        }
    }
}

fn painted(width: usize, height: usize, pixel: impl Fn(usize, usize) -> u8) -> Luma {
    Luma { width, height, pixels: (0..width * height).map(|at| pixel(at % width, at / width)).collect() }
}

#[test]
fn pictures_of_anything_are_read_within_the_budget() {
    let reader = Reader::new();
    let mut pictures = vec![
        drawn(700, 300, 2, 44),
        drawn(500, 300, 3, 30),
        drawn(900, 90, 2, 36),
        painted(300, 200, |x, y| (x * y) as u8),
    ];
    pictures.extend(seeds().iter().filter_map(|bytes| decode_within(bytes, LIMITS).ok()));
    run("damaged pictures", (any::<Index>(), vec(change(), 0..5)), |(which, changes)| {
        let mut luma = pictures[which.index(pictures.len())].clone();
        changes.iter().for_each(|change| change.apply(&mut luma));
        look(&reader, &luma)
    });
}
