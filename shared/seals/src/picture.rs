//! The code in a picture of a phone's screen: a QR code of about a thousand bytes, so more than a hundred modules wide.
//!
//! rxing finds and samples codes. Around it: the picture is prepared in several ways, because a blurred code is not read
//! before it is sharpened, and its work is bounded, because rxing's is not.

mod prepare;

use acredita_pictures::{Format, Luma};
use rxing::{
    Binarizer, Luma8Source,
    common::{BitMatrix, DetectorRXingResult, GlobalHistogramBinarizer, HybridBinarizer},
    qrcode::cpp_port::{
        decoder::Decode,
        detector::{FindFinderPatterns, FinderPatternSet, GenerateFinderPatternSets, SampleQR},
    },
};
use std::{cmp::Reverse, panic};

/// More than this many pixels, and half the size is tried first: it takes a quarter of the time.
const LARGE: usize = 4_000_000;
/// More than this many pixels are never searched: the picture is halved until it has less.
const LARGEST: usize = 13_000_000;
/// The most corners of codes that are taken into account, and the most codes that they may belong to.
const MOST_CORNERS: usize = 200;
const MOST_CANDIDATES: usize = 60;
/// The modules on a side of the codes that are tried first: versions 22 to 24 have 105 to 113.
const LIKELY_MODULES: f32 = 109.0;

/// If the bytes are a picture, by the first of them.
pub fn is_picture(bytes: &[u8]) -> bool {
    Format::sniff(bytes).is_some()
}

/// The bytes of a code in the picture: of one that is wanted if there is one, and else of any.
pub fn read(luma: &Luma, wanted: impl Fn(&[u8]) -> bool) -> Option<Vec<u8>> {
    let mut other = None;
    let reduced = reduced(luma);
    let luma = reduced.as_ref().unwrap_or(luma);
    let half = (luma.pixels.len() > LARGE).then(|| prepare::half(luma));
    let small = half.as_ref().unwrap_or(luma);
    // What reads most comes first, and what is cheap.
    let attempts: [&dyn Fn() -> Option<BitMatrix>; 6] = [
        &|| by_neighbourhood(small),
        &|| by_neighbourhood(&prepare::sharpened(small, 3, 3)),
        &|| half.as_ref().and_then(|_| by_neighbourhood(luma)),
        &|| by_neighbourhood(&prepare::sharpened(small, 4, 6)),
        &|| by_histogram(small),
        &|| by_neighbourhood(&prepare::inverted(small)),
    ];
    for attempt in attempts {
        // rxing promises no freedom from panics: one is just another attempt in vain.
        let found = panic::catch_unwind(panic::AssertUnwindSafe(|| codes(&attempt()?, &wanted))).ok().flatten();
        match found {
            Some(code) if wanted(&code) => return Some(code),
            Some(code) => other = other.or(Some(code)),
            None => {}
        }
    }
    other
}

/// A picture that is too large, halved until it is not.
fn reduced(luma: &Luma) -> Option<Luma> {
    let mut reduced = (luma.pixels.len() > LARGEST).then(|| prepare::half(luma))?;
    while reduced.pixels.len() > LARGEST {
        reduced = prepare::half(&reduced);
    }
    Some(reduced)
}

/// Black and white by comparison with what is around, for light that is uneven.
fn by_neighbourhood(luma: &Luma) -> Option<BitMatrix> {
    HybridBinarizer::new(source(luma)?).get_black_matrix().ok().cloned()
}

/// Black and white by one limit for all of the picture, for neighbourhoods that mislead.
fn by_histogram(luma: &Luma) -> Option<BitMatrix> {
    GlobalHistogramBinarizer::new(source(luma)?).get_black_matrix().ok().cloned()
}

fn source(luma: &Luma) -> Option<Luma8Source<'_>> {
    Luma8Source::new_with_slice(&luma.pixels, luma.width.try_into().ok()?, luma.height.try_into().ok()?).ok()
}

/// The bytes of a code that is wanted, and else of any.
fn codes(picture: &BitMatrix, wanted: impl Fn(&[u8]) -> bool) -> Option<Vec<u8>> {
    let mut corners = FindFinderPatterns(picture, true, 0);
    corners.sort_by_key(|corner| Reverse(corner.size));
    corners.truncate(MOST_CORNERS);
    let mut candidates = GenerateFinderPatternSets(&mut corners);
    candidates.sort_by(|one, other| unlikely(one).total_cmp(&unlikely(other)));
    let mut other = None;
    for candidate in candidates.iter().take(MOST_CANDIDATES) {
        let Ok(sampled) = SampleQR(picture, candidate) else { continue };
        let Ok(code) = Decode(sampled.getBits()) else { continue };
        let bytes = code.content().bytes();
        if wanted(bytes) {
            return Some(bytes.to_vec());
        }
        other = other.or_else(|| Some(bytes.to_vec()));
    }
    other
}

/// How far the number of modules on a side is from that of a code that is wanted.
fn unlikely(candidate: &FinderPatternSet) -> f32 {
    let FinderPatternSet { bl, tl, tr } = candidate;
    let module = (bl.size + tl.size + tr.size) as f32 / 21.0;
    let side = ((tl.p.x - tr.p.x).hypot(tl.p.y - tr.p.y) + (tl.p.x - bl.p.x).hypot(tl.p.y - bl.p.y)) / 2.0;
    (side / module + 7.0 - LIKELY_MODULES).abs()
}

#[cfg(test)]
mod tests;
