//! Characters that poor pictures confuse, and how they may be corrected.
//!
//! Between a letter and a digit of the same shape only the position decides: a date has no letters, a name no digits. A
//! document number may have both (the check digit of `K682T8YLO` holds only with the letter), so nothing is ever forced
//! there; a comparison calls it doubtful.

use super::{agreement::Agreement, alphabet::CharSet};

/// Shapes of OCR-B (ISO 1073-2) that are alike at few pixels per character. Only a digit's height or a stroke
/// distinguishes the members of a group.
const ALIKE: [&[u8]; 9] = [b"0ODQ", b"1IL", b"2Z", b"5S", b"8B", b"6G", b"7TY", b"UV", b"CG"];

/// Whether two characters are the same or have the same shape.
pub fn alike(one: u8, other: u8) -> bool {
    one == other || ALIKE.iter().any(|group| group.contains(&one) && group.contains(&other))
}

/// The only character of the same shape that may stand at a position: the character itself if it may. `None` if there
/// is no such character, or several.
pub fn permitted(character: u8, mask: CharSet) -> Option<u8> {
    if mask.has(character) {
        return Some(character);
    }
    let mut candidates = mask.characters().filter(|&other| alike(character, other));
    candidates.next().filter(|_| candidates.next().is_none())
}

/// Compares numbers as people and zones write them: case, spaces, dots, hyphens and fillers are ignored. Numbers of the
/// same length that differ only in [`alike`] shapes are doubtful.
pub fn compare_numbers(declared: &str, read: &str) -> Agreement {
    let (declared, read) = (bare(declared), bare(read));
    if declared.is_empty() || read.is_empty() {
        Agreement::Doubtful
    } else if declared == read {
        Agreement::Match
    } else if declared.len() == read.len() && declared.iter().zip(&read).all(|(&one, &other)| alike(one, other)) {
        Agreement::Doubtful
    } else {
        Agreement::Mismatch
    }
}

/// Capital letters and digits only.
pub(crate) fn bare(number: &str) -> Vec<u8> {
    number.bytes().map(|byte| byte.to_ascii_uppercase()).filter(u8::is_ascii_alphanumeric).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_positions_force_a_shape() {
        assert_eq!(permitted(b'O', CharSet::DIGITS), Some(b'0'));
        assert_eq!(permitted(b'8', CharSet::LETTERS), Some(b'B'));
        assert_eq!(permitted(b'0', CharSet::LETTERS), None, "O, D or Q");
        assert_eq!(permitted(b'X', CharSet::DIGITS), None);
        assert_eq!(permitted(b'O', CharSet::ANY), Some(b'O'), "a document number keeps its letter");
    }

    #[test]
    fn numbers_match_however_they_are_written() {
        for (declared, read, expected) in [
            ("12.345.678-z", "12345678Z", Agreement::Match),
            ("x1234567l", "X1234567L<<<<<", Agreement::Match),
            ("K682T8YLO", "K682T8YL0", Agreement::Doubtful),
            ("12345678Z", "12345678S", Agreement::Mismatch),
            ("12345678Z", "1234567Z", Agreement::Mismatch),
            ("", "12345678Z", Agreement::Doubtful),
            ("12345678Z", "<<<<<<<<<", Agreement::Doubtful),
        ] {
            assert_eq!(compare_numbers(declared, read), expected, "{declared} {read}");
        }
    }
}
