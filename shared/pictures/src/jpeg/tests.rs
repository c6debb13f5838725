//! The decoder against an encoder with all its options, and against damage.

use super::*;
use crate::testing::{Jpeg, card};
use jpeg_encoder::SamplingFactor;
use proptest::prelude::*;

fn decode(bytes: &[u8]) -> Result<Luma, Fault> {
    super::decode(bytes).map(|(luma, _)| luma)
}

/// The position of the first such marker.
fn marker(bytes: &[u8], marker: u8) -> usize {
    bytes.windows(2).position(|pair| pair == [0xFF, marker]).unwrap()
}

fn color() -> Jpeg {
    Jpeg { color: true, sampling: SamplingFactor::F_2_2, ..Jpeg::GREY }
}

fn progressive() -> Jpeg {
    Jpeg { progressive: true, ..color() }
}

/// The mean difference from the picture that was encoded.
fn error(bytes: &[u8], original: &Luma) -> f64 {
    let luma = decode(bytes).unwrap();
    assert_eq!((luma.width, luma.height), (original.width, original.height));
    let sum: u64 = luma.pixels.iter().zip(&original.pixels).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / luma.pixels.len() as f64
}

#[test]
fn every_sampling_coding_and_odd_size_gives_the_picture_that_was_encoded_or_none() {
    use SamplingFactor::{F_1_1, F_1_2, F_1_4, F_2_1, F_2_2, F_2_4, F_4_1, F_4_2};
    let mut refused = Vec::new();
    for (width, height) in [(160, 96), (161, 97), (15, 33), (8, 8), (1, 1), (3, 200)] {
        let original = crate::testing::paint(width, height, |x, y| ((x / 3 * 11 + y / 5 * 7) % 200 + 20) as u8);
        for sampling in [F_1_1, F_2_1, F_1_2, F_2_2, F_4_1, F_4_2, F_1_4, F_2_4] {
            for (color, progressive, restart) in [
                (true, false, 0),
                (true, true, 0),
                (true, false, 3),
                (true, true, 2),
                (false, false, 0),
                (false, true, 0),
                (false, false, 1),
            ] {
                let options = Jpeg { quality: 95, sampling, color, progressive, restart, ..Jpeg::GREY };
                let bytes = options.encode(&original);
                if decode(&bytes).is_err() {
                    refused.push((sampling, color, progressive));
                    continue;
                }
                let error = error(&bytes, &original);
                assert!(
                    error < 8.0,
                    "{width}x{height} {sampling:?} color {color} progressive {progressive} restart {restart}: {error}"
                );
            }
        }
    }
    // The encoder writes these component by component.
    assert!(
        refused
            .iter()
            .all(|&(sampling, color, progressive)| matches!(sampling, F_4_2 | F_1_4 | F_2_4) && color && !progressive),
        "{refused:?}"
    );
}

#[test]
fn a_grey_picture_whose_only_component_claims_to_be_sampled_is_read() {
    let original = card(1, 161, 97);
    for progressive in [false, true] {
        let mut bytes = Jpeg { progressive, ..Jpeg::GREY }.encode(&original);
        let frame = marker(&bytes, if progressive { 0xC2 } else { 0xC0 });
        for sampling in [0x22, 0x12, 0x21, 0x41] {
            bytes[frame + 11] = sampling;
            assert!(error(&bytes, &original) < 4.0, "{sampling:x}");
        }
    }
}

#[test]
fn a_picture_in_rgb_or_print_colours_is_read() {
    use jpeg_encoder::{ColorType, Encoder};
    let original = card(1, 200, 120);
    for (color, sample) in [(ColorType::CmykAsYcck, 4), (ColorType::Cmyk, 4)] {
        // Black only: the other inks are zero.
        let data: Vec<u8> = original.pixels.iter().flat_map(|&level| [0, 0, 0, 255 - level]).collect();
        assert_eq!(data.len(), original.pixels.len() * sample);
        let mut bytes = Vec::new();
        Encoder::new(&mut bytes, 95).encode(&data, 200, 120, color).unwrap();
        assert!(error(&bytes, &original) < 6.0, "{color:?}");
    }
}

#[test]
fn a_picture_that_ends_early_is_refused_wherever_it_ends() {
    for options in [Jpeg::GREY, color(), progressive(), Jpeg { restart: 2, ..color() }] {
        let bytes = options.encode(&card(1, 64, 48));
        let end = bytes.len() - 2;
        for length in 0..end {
            assert!(decode(&bytes[..length]).is_err(), "{length} of {} bytes", bytes.len());
        }
    }
}

#[test]
fn a_picture_without_the_marker_that_ends_it_is_read_if_every_pixel_is_there() {
    for options in [Jpeg::GREY, color(), progressive(), Jpeg { restart: 2, ..color() }] {
        let bytes = options.encode(&card(1, 64, 48));
        for length in [bytes.len() - 2, bytes.len() - 1] {
            assert!(decode(&bytes[..length]).unwrap() == decode(&bytes).unwrap());
            assert!(clean(&bytes[..length]).is_ok());
        }
    }
}

#[test]
fn a_progressive_picture_without_its_last_scans_is_refused_unless_it_was_ended() {
    let bytes = progressive().encode(&card(1, 64, 48));
    let scans: Vec<usize> = (0..bytes.len() - 1).filter(|&at| bytes[at..].starts_with(&[0xFF, 0xDA])).collect();
    for &scan in &scans[1..] {
        assert!(decode(&bytes[..scan]).is_err());
    }
}

#[test]
fn missing_data_is_found_even_if_somebody_ended_the_picture_properly() {
    for options in [Jpeg::GREY, color(), progressive(), Jpeg { restart: 2, ..color() }] {
        let bytes = options.encode(&card(1, 200, 120));
        let end = bytes.len() - 2;
        let start = marker(&bytes, 0xDA) + 14;
        for cut in [1, 2, 10, (end - start) / 2, end - start] {
            let ended = [&bytes[..end - cut], &[0xFF, 0xD9]].concat();
            assert!(decode(&ended).is_err(), "{cut} bytes are missing");
        }
    }
}

#[test]
fn more_of_the_picture_than_its_header_says_is_found_wherever_rows_are_missing() {
    for options in [Jpeg::GREY, color(), Jpeg { restart: 2, ..color() }] {
        let mut bytes = options.encode(&card(1, 200, 128));
        let frame = marker(&bytes, 0xC0);
        for height in [112, 64, 16] {
            bytes[frame + 6] = height;
            assert!(decode(&bytes).is_err(), "{height} rows of 128");
        }
    }
}

#[test]
fn junk_between_segments_and_before_the_end_is_harmless() {
    let junk: Vec<u8> = (0..200_u32).map(|at| (at * at * 37 % 251) as u8).collect();
    for options in [Jpeg::GREY, color(), progressive(), Jpeg { restart: 2, ..color() }] {
        let bytes = options.encode(&card(1, 200, 120));
        let (end, tables) = (bytes.len() - 2, marker(&bytes, 0xDB));
        for junk in [&junk[..], &junk[30..37], &[0x12, 0xFF, 0x00, 0x34]] {
            for at in [2, tables, end] {
                let with_junk = [&bytes[..at], junk, &bytes[at..]].concat();
                assert!(decode(&with_junk).unwrap() == decode(&bytes).unwrap(), "{} bytes at {at}", junk.len());
            }
        }
    }
    let bytes = Jpeg { restart: 4, ..Jpeg::GREY }.encode(&card(1, 200, 120));
    let restart = marker(&bytes, 0xD0);
    assert!(decode(&[&bytes[..restart], &junk[..], &bytes[restart..]].concat()).is_err(), "within the picture");
}

#[test]
fn padding_and_what_comes_after_the_end_are_not_minded() {
    let bytes = Jpeg::GREY.encode(&card(1, 200, 120));
    let end = bytes.len() - 2;
    assert!(decode(&[&bytes[..end], &[0x00, 0x00, 0xFF, 0xD9]].concat()).is_ok());
    assert!(decode(&[&bytes[..], b"trailer of a live photo"].concat()).is_ok());
}

#[test]
fn restart_markers_out_of_order_are_refused() {
    let mut bytes = Jpeg { restart: 4, ..Jpeg::GREY }.encode(&card(1, 200, 120));
    let first = marker(&bytes, 0xD0);
    bytes[first + 1] = 0xD3;
    assert!(decode(&bytes).is_err());
}

#[test]
fn most_single_flipped_bits_in_the_data_are_found() {
    let bytes = color().encode(&card(1, 200, 120));
    let start = marker(&bytes, 0xDA) + 14;
    let places: Vec<usize> = (start..bytes.len() - 2).step_by(17).collect();
    let found = places.iter().enumerate().filter(|&(i, &place)| {
        let mut flipped = bytes.clone();
        flipped[place] ^= 1 << (i % 8);
        decode(&flipped).is_err()
    });
    let found = found.count();
    assert!(found * 100 > places.len() * 40, "{found} of {}", places.len());
}

#[test]
fn a_second_frame_or_a_scan_without_end_is_refused() {
    let bytes = progressive().encode(&card(1, 64, 48));
    let (frame, scan) = (marker(&bytes, 0xC2), marker(&bytes, 0xDA));
    let length = usize::from(bytes[frame + 3]) + 2;
    let twice = [&bytes[..frame + length], &bytes[frame..]].concat();
    assert!(decode(&twice).is_err());
    let first_scan_again = [&bytes[..bytes.len() - 2], &bytes[scan..]].concat();
    assert!(decode(&first_scan_again).is_err(), "means come once");
}

#[test]
fn thousands_of_empty_scans_are_refused() {
    let bytes = progressive().encode(&card(1, 64, 48));
    let end = bytes.len() - 2;
    // A refinement of the means of the first component: a bit for each of 48 blocks.
    let scan = [&[0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 0, 0x10][..], &[0; 6]].concat();
    let few = [&bytes[..end], &scan.repeat(3), &bytes[end..]].concat();
    let many = [&bytes[..end], &scan.repeat(3000), &bytes[end..]].concat();
    assert!(decode(&few).is_ok());
    assert!(decode(&many).is_err());
}

#[test]
fn codings_that_are_not_taken_are_refused() {
    let bytes = Jpeg::GREY.encode(&card(1, 64, 48));
    let frame = marker(&bytes, 0xC0);
    // Lossless, arithmetic, arithmetic progressive; 12 bits; two components; no height.
    for (offset, value) in [(1, 0xC3), (1, 0xC9), (1, 0xCA), (4, 12), (9, 2), (11, 0x50)] {
        let mut other = bytes.clone();
        other[frame + offset] = value;
        assert!(decode(&other).is_err(), "{offset} {value}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn changed_bytes_never_panic(
        kind in 0..4usize,
        changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..12),
        cut in any::<proptest::sample::Index>(),
        cuts in any::<bool>(),
    ) {
        let options = [Jpeg::GREY, color(), progressive(), Jpeg { restart: 1, orientation: 6, ..progressive() }][kind];
        let mut bytes = options.encode(&card(2, 70, 50));
        for (place, value) in changes {
            let length = bytes.len();
            bytes[place.index(length)] = value;
        }
        if cuts {
            bytes.truncate(cut.index(bytes.len()));
        }
        if size(&bytes, u64::MAX).is_ok_and(|size| size.width < 2000 && size.height < 2000) {
            let _ = decode(&bytes);
        }
    }
}

/// The picture as the other decoder decodes it.
fn by_zune(bytes: &[u8]) -> Luma {
    to_luma(bytes, &verify::frame_of(bytes, u64::MAX).unwrap()).unwrap()
}

#[test]
fn our_own_decoder_agrees_with_another_on_every_picture_that_it_takes() {
    use SamplingFactor::{F_1_1, F_1_2, F_2_1, F_2_2};
    let original = card(5, 203, 119);
    for quality in [20, 60, 90, 99] {
        for sampling in [F_1_1, F_2_1, F_1_2, F_2_2] {
            for (color, restart) in [(true, 0), (true, 3), (false, 0)] {
                let bytes = Jpeg { quality, sampling, color, restart, ..Jpeg::GREY }.encode(&original);
                assert!(
                    verify::verify(&bytes, true).unwrap().luma.is_some(),
                    "quality {quality} {sampling:?} color {color} {restart} is decoded in the walk"
                );
                let (ours, other) = (decode(&bytes).unwrap(), by_zune(&bytes));
                let worst = ours.pixels.iter().zip(&other.pixels).map(|(a, b)| a.abs_diff(*b)).max().unwrap();
                assert!(worst <= 2, "quality {quality} {sampling:?} color {color}: {worst} levels");
            }
        }
    }
}

#[test]
fn turning_while_decoding_is_turning_afterwards() {
    for (width, height) in [(203, 119), (64, 48), (8, 8), (1, 1), (9, 200)] {
        let stored = crate::testing::paint(width, height, |x, y| ((x / 3 * 11 + y / 5 * 7) % 200 + 20) as u8);
        let plain = decode(&Jpeg { orientation: 1, ..color() }.encode(&stored)).unwrap();
        for orientation in 2..=8 {
            let turn = crate::Orientation::of_exif(&crate::testing::exif(orientation, true));
            let turned = decode(&Jpeg { orientation, ..color() }.encode(&stored)).unwrap();
            let expected = turn.apply(plain.clone());
            assert_eq!((turned.width, turned.height), (expected.width, expected.height));
            // Rows before columns is the same sum in another order.
            let worst = turned.pixels.iter().zip(&expected.pixels).map(|(a, b)| a.abs_diff(*b)).max().unwrap();
            assert!(worst <= 1, "{width}×{height}, orientation {orientation}: {worst} levels");
        }
    }
}

#[test]
fn a_picture_that_says_it_is_red_green_and_blue_is_taken_by_its_word() {
    let original = card(5, 203, 119);
    let grey = decode(&Jpeg { color: true, ..Jpeg::GREY }.encode(&original)).unwrap();
    // Brightness as red, and two colours of 128 as green and blue.
    let expected = |level: u8| crate::brightness(level, 128, 128);

    let plain = Jpeg { color: true, ..Jpeg::GREY }.encode(&original);
    let adobe = |transform| [&plain[..2], b"\xFF\xEE\0\x0EAdobe\0\x64\0\0\0\0", &[transform], &plain[2..]].concat();
    let mut named = plain.clone();
    let (frame, scan) = (marker(&named, 0xC0), marker(&named, 0xDA));
    for (component, name) in b"RGB".iter().enumerate() {
        named[frame + 10 + 3 * component] = *name;
        named[scan + 5 + 2 * component] = *name;
    }
    // Without JFIF, which always means brightness and colour.
    let app0 = marker(&named, 0xE0);
    let length = usize::from(named[app0 + 3]) + 2;
    named.drain(app0..app0 + length);

    assert!(decode(&adobe(1)).unwrap() == grey);
    for rgb in [adobe(0), named] {
        let luma = decode(&rgb).unwrap();
        let worst = luma.pixels.iter().zip(&grey.pixels).map(|(&a, &b)| a.abs_diff(expected(b))).max().unwrap();
        assert!(worst <= 2, "{worst} levels");
    }
}
