//! How a text travels as an SMS: in which encoding, and in how many parts (3GPP TS 23.038 §6.2.1, TS 23.040 §9.2.3.24.1).

use crate::vocabulary::names;

names! {
    /// The encodings of text messages.
    SmsEncoding("is not one of GSM-7, UCS-2") {
        /// The 7-bit alphabet of GSM, with its extension table.
        Gsm7 = "GSM-7",
        /// Two bytes for each character, four for one beyond the Basic Multilingual Plane.
        Ucs2 = "UCS-2",
    }
}

/// What a text costs as an SMS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SmsSize {
    pub encoding: SmsEncoding,
    /// Each is paid for.
    pub parts: usize,
}

/// The default alphabet: a septet each. Of the letters with accents it has é but not á, í, ó, ú, nor ç in lower case.
const ALPHABET: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/// The extension table: an escape and a septet each.
const EXTENSION: &str = "\u{C}^{}\\[~]|€";

impl SmsSize {
    pub fn of(text: &str) -> Self {
        match text.chars().map(septets).collect::<Option<Vec<_>>>() {
            Some(septets) => Self { encoding: SmsEncoding::Gsm7, parts: parts(&septets, 160, 153) },
            None => {
                let units: Vec<usize> = text.chars().map(char::len_utf16).collect();
                Self { encoding: SmsEncoding::Ucs2, parts: parts(&units, 70, 67) }
            }
        }
    }
}

/// `None` for a character that GSM-7 does not have.
fn septets(c: char) -> Option<usize> {
    if ALPHABET.contains(c) { Some(1) } else { EXTENSION.contains(c).then_some(2) }
}

/// How many messages carry characters of these widths: one that holds `alone`, or several that hold `each`. No character
/// is split between two.
fn parts(widths: &[usize], alone: usize, each: usize) -> usize {
    if widths.iter().sum::<usize>() <= alone {
        return 1;
    }
    let (mut parts, mut left) = (0, 0);
    for width in widths {
        if *width > left {
            (parts, left) = (parts + 1, each);
        }
        left -= width;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn size(text: &str) -> (SmsEncoding, usize) {
        let SmsSize { encoding, parts } = SmsSize::of(text);
        (encoding, parts)
    }

    #[test]
    fn the_alphabet_is_that_of_gsm() {
        // 128 places, one of which is the escape.
        assert_eq!(ALPHABET.chars().collect::<BTreeSet<_>>().len(), 127);
        assert_eq!(EXTENSION.chars().collect::<BTreeSet<_>>().len(), 10);
        for c in "éàñüöäìòùèÇ@€^{}[]~|\\".chars() {
            assert_eq!(size(&c.to_string()), (SmsEncoding::Gsm7, 1), "{c}");
        }
        for c in "áíóúçÁÍÓÚïl·`´\t’“…–".chars().filter(|c| *c != 'l') {
            assert_eq!(size(&c.to_string()), (SmsEncoding::Ucs2, 1), "{c}");
        }
    }

    #[test]
    fn a_text_of_one_part_holds_more_than_a_part_of_several() {
        use SmsEncoding::{Gsm7, Ucs2};
        for (text, expected) in [
            ("a".repeat(160), (Gsm7, 1)),
            ("a".repeat(161), (Gsm7, 2)),
            ("a".repeat(306), (Gsm7, 2)),
            ("a".repeat(307), (Gsm7, 3)),
            ("€".repeat(80), (Gsm7, 1)),
            (format!("{}a", "€".repeat(80)), (Gsm7, 2)),
            ("á".repeat(70), (Ucs2, 1)),
            ("á".repeat(71), (Ucs2, 2)),
            ("á".repeat(134), (Ucs2, 2)),
            ("á".repeat(135), (Ucs2, 3)),
            ("😀".repeat(35), (Ucs2, 1)),
        ] {
            assert_eq!(size(&text), expected, "{} × {}", text.chars().count(), text.chars().next().unwrap_or(' '));
        }
    }

    #[test]
    fn no_character_is_split_between_two_parts() {
        // 152 septets and an escape do not fit: 76 of these are in a part, and a septet stays empty.
        assert_eq!(size(&"€".repeat(152)), (SmsEncoding::Gsm7, 2));
        assert_eq!(size(&"€".repeat(153)), (SmsEncoding::Gsm7, 3));
        // 33 pairs are in a part, and a unit stays empty.
        assert_eq!(size(&"😀".repeat(66)), (SmsEncoding::Ucs2, 2));
        assert_eq!(size(&"😀".repeat(67)), (SmsEncoding::Ucs2, 3));
    }
}
