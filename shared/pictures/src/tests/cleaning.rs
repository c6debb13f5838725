//! A cleaned picture has the same pixels and nothing else.

use crate::{
    Fault, Limits, clean, decode, decode_and_clean, inspect,
    testing::{Jpeg, card, exif, png, png_of},
};
use ::png::{BitDepth, ColorType};
use jpeg_encoder::SamplingFactor;
use proptest::{collection::vec, prelude::*, sample::Index};
use std::{fs, path::Path};
use zune_core::{bytestream::ZCursor, colorspace::ColorSpace, options::DecoderOptions};
use zune_jpeg::JpegDecoder;

/// What must not be left.
const SECRET: &[u8] = b"N 40.4168 W 3.7038 <html><script>alert(1)</script>";

const COLOR: Jpeg = Jpeg { color: true, sampling: SamplingFactor::F_2_2, ..Jpeg::GREY };
/// Every kind of JPEG that is taken.
const KINDS: [Jpeg; 4] = [Jpeg::GREY, COLOR, Jpeg { progressive: true, ..COLOR }, Jpeg { restart: 2, ..COLOR }];

fn cleaned(bytes: &[u8]) -> Vec<u8> {
    clean(bytes, Limits::default()).unwrap()
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

fn segment(marker: u8, parts: &[&[u8]]) -> Vec<u8> {
    let payload = parts.concat();
    [&[0xFF, marker][..], &(payload.len() as u16 + 2).to_be_bytes(), &payload].concat()
}

fn markers(bytes: &[u8], marker: u8) -> Vec<usize> {
    (0..bytes.len() - 1).filter(|&at| bytes[at..].starts_with(&[0xFF, marker])).collect()
}

/// A picture with the secret wherever a JPEG has room for it.
fn loaded_jpeg(plain: &[u8], orientation: u16) -> Vec<u8> {
    let table = vec![7; 64 - SECRET.len()];
    let extra = [
        segment(0xE0, &[b"JFIF\0\x01\x02\x01\0\x48\0\x48\x04\x04", &SECRET[..48]]),
        segment(0xE0, &[b"JFXX\0\x10", SECRET]),
        segment(0xE1, &[b"Exif\0\0", &exif(orientation, true), SECRET]),
        segment(0xE1, &[b"http://ns.adobe.com/xap/1.0/\0", SECRET]),
        segment(0xE2, &[b"ICC_PROFILE\0\x01\x01", SECRET]),
        segment(0xE2, &[b"MPF\0", SECRET]),
        segment(0xED, &[b"Photoshop 3.0\0", SECRET]),
        segment(0xEE, &[b"Adobe\0\x64\0\0\0\0\x01", SECRET]),
        segment(0xEF, &[SECRET]),
        segment(0xFE, &[SECRET]),
        segment(0xDB, &[&[3], SECRET, &table]),
        SECRET.to_vec(),
    ]
    .concat();
    let mut loaded = plain.to_vec();
    loaded.splice(loaded.len() - 2..loaded.len() - 2, [&segment(0xFE, &[SECRET]), SECRET].concat());
    for &scan in markers(plain, 0xDA).iter().rev() {
        loaded.splice(scan..scan, segment(0xFE, &[SECRET]));
    }
    // Some cameras pad before restart markers.
    if let Some(&at) = markers(&loaded, 0xD0).first() {
        loaded.splice(at..at, [0x00, 0x00, 0x00, 0xFF]);
    }
    loaded.splice(2..2, extra);
    [&loaded[..], SECRET, plain].concat()
}

/// All colours, as another decoder shows them.
fn colours(bytes: &[u8]) -> Vec<u8> {
    let options = DecoderOptions::default().jpeg_set_out_colorspace(ColorSpace::RGB);
    JpegDecoder::new_with_options(ZCursor::new(bytes), options).decode().unwrap()
}

#[test]
fn nothing_but_the_picture_is_left_of_a_jpeg() {
    let original = card(1, 203, 119);
    for kind in KINDS {
        let plain = kind.encode(&original);
        for orientation in 1..=8 {
            let loaded = loaded_jpeg(&plain, orientation);
            let cleaned = cleaned(&loaded);
            assert!(!holds(&cleaned, &SECRET[..8]) && !holds(&cleaned, &SECRET[30..]), "{orientation}");
            assert!(decode(&cleaned).unwrap() == decode(&loaded).unwrap(), "{orientation}");
            assert!(colours(&cleaned) == colours(&plain), "{orientation}");
            assert!(cleaned.len() < plain.len() + 100, "{} of {} bytes", cleaned.len(), plain.len());
            assert_eq!(markers(&cleaned, 0xE1).len(), usize::from(orientation != 1));
            for other in [0xE2, 0xED, 0xEF, 0xFE] {
                assert_eq!(markers(&cleaned, other), [], "{other:X}");
            }
            assert_eq!(markers(&cleaned, 0xD9), [cleaned.len() - 2]);
        }
    }
}

#[test]
fn nothing_but_the_picture_is_left_of_a_png() {
    let original = card(1, 64, 48);
    let plain = png(&original);
    let prefixed = [&b"Exif\0\0"[..], &exif(6, true), SECRET].concat();
    for (orientation, at_end) in [(1, false), (6, false), (6, true)] {
        let (after_header, end) = (33, plain.len() - 12);
        let kept = [chunk(b"gAMA", &[0, 0, 0xB1, 0x8F]), chunk(b"sRGB", &[0]), chunk(b"cHRM", &[9; 32])].concat();
        let extra: Vec<u8> = [b"tEXt", b"zTXt", b"iTXt", b"iCCP", b"tIME", b"pHYs", b"sPLT", b"bKGD", b"prIV", b"caBX"]
            .iter()
            .flat_map(|kind| chunk(kind, SECRET))
            .chain(chunk(b"PLTE", &SECRET[..48]))
            .chain(chunk(b"IDAT", b""))
            .collect();
        let exif = if orientation == 1 {
            chunk(b"eXIf", &[exif(1, false), SECRET.to_vec()].concat())
        } else {
            chunk(b"eXIf", &prefixed)
        };
        let (before, after) = if at_end { (vec![], exif) } else { (exif, vec![]) };
        let loaded = [
            &plain[..after_header],
            &kept,
            &before,
            &extra,
            &plain[after_header..end],
            &after,
            &chunk(b"tEXt", SECRET),
            &plain[end..],
            SECRET,
        ]
        .concat();
        let cleaned = cleaned(&loaded);
        assert!(!holds(&cleaned, &SECRET[..8]) && !holds(&cleaned, &SECRET[30..]));
        assert!(decode(&cleaned).unwrap() == decode(&loaded).unwrap());
        let exif = if orientation == 1 { vec![] } else { chunk(b"eXIf", &exif_of(6)) };
        let expected = [&plain[..after_header], &exif, &kept, &plain[after_header..]].concat();
        assert!(cleaned == expected, "the same picture in the same chunks");
    }
}

fn exif_of(orientation: u16) -> Vec<u8> {
    exif(orientation, false)
}

fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let checked = [kind, data].concat();
    [&(data.len() as u32).to_be_bytes()[..], &checked, &crc32fast::hash(&checked).to_be_bytes()].concat()
}

#[test]
fn palettes_and_transparency_are_the_pictures_own_and_stay() {
    let mut indexed = Vec::new();
    let mut encoder = ::png::Encoder::new(&mut indexed, 4, 1);
    encoder.set_color(ColorType::Indexed);
    encoder.set_depth(BitDepth::Two);
    encoder.set_palette(vec![0, 0, 0, 10, 10, 10, 20, 20, 20, 30, 30, 30]);
    encoder.set_trns(vec![255, 255, 0]);
    encoder.write_header().unwrap().write_image_data(&[0b0001_1011]).unwrap();
    let grey = png_of(2, 1, (ColorType::Grayscale, BitDepth::Eight), &[0, 255]);
    let grey = [&grey[..33], &chunk(b"tRNS", &[0, 0]), &grey[33..]].concat();
    let rgb = png_of(1, 1, (ColorType::Rgb, BitDepth::Eight), &[1, 2, 3]);
    let rgb = [&rgb[..33], &chunk(b"tRNS", &[0, 1, 0, 2, 0, 3]), &rgb[33..]].concat();
    for bytes in [indexed, grey, rgb] {
        assert!(cleaned(&bytes) == bytes);
    }
}

#[test]
fn harmless_faults_come_out_repaired() {
    for kind in KINDS {
        let plain = kind.encode(&card(1, 203, 119));
        let (expected, end, tables) = (cleaned(&plain), plain.len() - 2, markers(&plain, 0xDB)[0]);
        for faulty in [
            plain[..end].to_vec(),
            plain[..end + 1].to_vec(),
            [&plain[..end], SECRET, &plain[end..]].concat(),
            [&plain[..end], SECRET].concat(),
            [&plain[..end], &[0, 0, 0xFF, 0, 0xFF, 0xFF], &plain[end..]].concat(),
            [&plain[..tables], SECRET, &plain[tables..]].concat(),
            [&plain[..2], &[0xFF; 9], &plain[2..]].concat(),
        ] {
            assert!(cleaned(&faulty) == expected);
        }
    }
}

#[test]
fn every_picture_of_the_tests_has_the_same_pixels_when_it_is_cleaned() {
    for folder in ["../../tests/fixtures", "../mrz/tests/pictures"] {
        let files = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).unwrap();
        let is_jpeg = |path: &std::path::PathBuf| path.extension().is_some_and(|extension| extension == "jpg");
        for path in files.map(|file| file.unwrap().path()).filter(is_jpeg) {
            let bytes = fs::read(&path).unwrap();
            let (luma, cleaned) = decode_and_clean(&bytes, Limits::default()).unwrap();
            assert!(decode(&cleaned).unwrap() == luma, "{path:?}");
            assert!(clean(&bytes, Limits::default()).unwrap() == cleaned, "{path:?}");
            assert!(cleaned.len() < bytes.len() + 100, "{path:?}");
        }
    }
}

#[test]
fn a_picture_that_is_too_large_once_it_is_complete_is_too_large() {
    let plain = cleaned(&Jpeg::GREY.encode(&card(1, 64, 48)));
    let limits = Limits { bytes: plain.len() - 2, ..Limits::default() };
    assert_eq!(clean(&plain[..plain.len() - 2], limits), Err(Fault::TooManyBytes));
}

/// Whatever comes, the cleaned picture is a picture, and its own cleaned picture.
fn holds_for(bytes: &[u8]) -> Result<(), TestCaseError> {
    let small = Limits { bytes: 1 << 20, pixels: 1 << 22 };
    if inspect(bytes, small).is_err() {
        return Ok(());
    }
    let (cleaned, decoded) = (clean(bytes, small), decode_and_clean(bytes, small));
    prop_assert!(!matches!(cleaned, Err(Fault::Panicked)));
    if let Ok(cleaned) = &cleaned {
        prop_assert!(clean(cleaned, small).as_ref() == Ok(cleaned), "it is its own cleaned picture");
        prop_assert!(cleaned.len() <= bytes.len() + 300, "{} of {} bytes", cleaned.len(), bytes.len());
    }
    if let Ok((luma, also)) = decoded {
        prop_assert!(cleaned.as_ref() == Ok(&also));
        prop_assert!(decode(&also) == Ok(luma));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn the_cleaned_picture_passes_every_check_whatever_came(
        kind in 0..6_usize,
        changes in vec((any::<Index>(), any::<u8>()), 0..6),
        pieces in vec((any::<Index>(), any::<u8>(), vec(any::<u8>(), 0..40), any::<bool>()), 0..4),
        cut in any::<Index>(),
        cuts in any::<bool>(),
    ) {
        let original = card(2, 70, 50);
        let plain = KINDS.get(kind).map_or_else(|| png(&original), |kind| kind.encode(&original));
        let mut bytes = if kind == 5 { loaded_jpeg(&KINDS[2].encode(&original), 6) } else { plain };
        for (place, value) in changes {
            let length = bytes.len();
            bytes[place.index(length)] = value;
        }
        // Pieces where they fit, at markers, and where they do not.
        for (place, marker, payload, fits) in pieces {
            let at = place.index(bytes.len());
            let at = if fits { bytes[at..].iter().position(|&byte| byte == 0xFF).map_or(at, |next| at + next) } else { at };
            bytes.splice(at..at, segment(marker, &[&payload]));
        }
        if cuts {
            bytes.truncate(cut.index(bytes.len()));
        }
        holds_for(&bytes)?;
    }

    #[test]
    fn any_bytes_are_survived(bytes in vec(any::<u8>(), 0..400), format in 0..3_usize) {
        let start = [&b""[..], b"\xFF\xD8\xFF", b"\x89PNG\r\n\x1a\n\0\0\0\x0DIHDR"][format];
        holds_for(&[start, &bytes].concat())?;
    }
}
