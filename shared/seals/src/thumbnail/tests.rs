//! Faces that are drawn by OpenJPEG (`tests/faces/README.md`), and all that can be wrong with them.

use super::*;

const FACE: &[u8] = include_bytes!("../../tests/faces/face.jp2");

fn codestream() -> Vec<u8> {
    codestream::find(FACE).expect("JPEG 2000").to_vec()
}

/// The position of a marker.
fn position(bytes: &[u8], marker: [u8; 2]) -> usize {
    bytes.windows(2).position(|pair| pair == marker).expect("in every stream")
}

#[test]
fn a_face_becomes_a_png_of_its_size() {
    for file in [FACE.to_vec(), codestream()] {
        let png = to_png(&file).expect("a face");
        let luma = acredita_pictures::decode(&png).expect("a picture");
        assert_eq!((luma.width, luma.height), (400, 514));
        // The head is darker than what is behind it.
        let at = |x: usize, y: usize| luma.pixels[y * 400 + x];
        assert!(at(200, 250) + 50 < at(20, 20), "{} {}", at(200, 250), at(20, 20));
    }
}

#[test]
fn what_asks_for_more_than_a_face_needs_is_not_decoded() {
    let good = codestream();
    let (size, coding, part) =
        (position(&good, [0xFF, 0x51]), position(&good, [0xFF, 0x52]), position(&good, [0xFF, 0x90]));
    for (at, byte, why) in [
        (size + 8, 0x7F, "a width of 32,000 pixels"),
        (size + 12, 0x7F, "a height of 32,000 pixels"),
        (size + 6, 1, "a width of millions"),
        (size + 24, 0, "many tiles"),
        (size + 15, 1, "an offset"),
        (size + 39, 3, "three components"),
        (size + 40, 15, "16 bits"),
        (coding + 4, 1, "precincts of its own"),
        (part + 5, 1, "another tile"),
        (part + 11, 2, "two parts"),
        (coding + 1, 0x53, "a coding style for one component"),
    ] {
        let mut bytes = good.clone();
        bytes[at] = byte;
        assert!(to_png(&bytes).is_none(), "{why}");
    }
    assert!(to_png(&vec![0xFF; 5000]).is_none());
    assert!(to_png(b"\x89PNG\r\n\x1A\n").is_none());
    assert!(to_png(b"").is_none());
}

#[test]
fn no_damage_makes_it_panic() {
    let good = codestream();
    for length in (0..good.len()).step_by(97) {
        let _ = to_png(&good[..length]);
    }
    for count in 0..12_u32 {
        let random = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &count.to_be_bytes());
        let mut bytes = good.clone();
        for change in random.as_ref().chunks_exact(3) {
            let at = (usize::from(change[0]) << 8 | usize::from(change[1])) % bytes.len();
            bytes[at] = change[2];
        }
        let _ = to_png(&bytes);
    }
}
