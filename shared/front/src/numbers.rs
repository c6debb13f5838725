//! National numbers with a check, and numbers that are expected.

use crate::{
    forced::Pattern,
    letters::{Symbol, plain, twin},
    text::{Glyph, Line},
};

/// Control letters of the Spanish DNI and NIE, by the remainder of a division by 23.
const CONTROL: &[u8; 23] = b"TRWAGMYFPDXBNJZSQVHLCKE";
/// Characters of a NIF.
const LENGTH: usize = 9;

/// Whether it is a NIF or NIE whose control letter is right: eight digits, or X, Y or Z and seven digits, and a letter.
pub(crate) fn is_valid(number: &str) -> bool {
    let &[first, ref middle @ .., control] = number.as_bytes() else { return false };
    let first = match first {
        b'0'..=b'9' => first - b'0',
        b'X'..=b'Z' => first - b'X',
        _ => return false,
    };
    if number.len() != LENGTH || !middle.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let value = middle.iter().fold(usize::from(first), |value, digit| value * 10 + usize::from(digit - b'0'));
    CONTROL[value % CONTROL.len()] == control
}

/// A national number that was read.
pub(crate) struct Found {
    pub(crate) number: String,
    /// The likelihood of its least likely character, in hundredths.
    pub(crate) sure: u32,
}

/// The valid national numbers on a line.
pub(crate) fn read(line: &Line) -> Vec<Found> {
    let glyphs: Vec<(&Glyph, char)> =
        line.glyphs.iter().filter_map(|glyph| Some((glyph, plain(glyph.letter)?))).collect();
    let mut found = Vec::new();
    for window in 0..(glyphs.len() + 1).saturating_sub(LENGTH) {
        let glyphs_of = &glyphs[window..window + LENGTH];
        let number: String = glyphs_of.iter().map(|(_, letter)| letter).collect();
        let steps = (glyphs_of[0].0.step, glyphs_of[LENGTH - 1].0.step);
        let before = line.glyphs.iter().rev().find(|glyph| glyph.step < steps.0);
        let behind = line.glyphs.iter().find(|glyph| glyph.step > steps.1);
        let alone = [before, behind].into_iter().flatten().all(|next| plain(next.letter).is_none());
        if alone && is_valid(&number) {
            let sure = glyphs_of.iter().map(|(glyph, _)| glyph.likelihood).fold(1.0, f32::min);
            found.push(Found { number, sure: (100.0 * sure).round() as u32 });
        }
    }
    found
}

/// A number to look for. Where its form says what is a digit and what a letter, the shape does not matter: many
/// typefaces print 0 like O and 1 like I.
pub(crate) fn pattern(number: &str) -> Pattern {
    let letters: Vec<char> = number.chars().filter_map(plain).collect();
    let form: String = letters.iter().map(|letter| if letter.is_ascii_digit() { '9' } else { 'A' }).collect();
    // DNI, NIE, the support number of a DNI or the number of a Spanish passport, the support number of a TIE.
    let known = matches!(form.as_str(), "99999999A" | "A9999999A" | "AAA999999" | "A99999999");
    let symbol = |letter: char| {
        let twin = twin(letter).unwrap_or(letter);
        let symbol = Symbol::of(letter)?;
        Some(if known { symbol.or(Symbol::of(twin)?) } else { symbol })
    };
    Pattern::new(letters.into_iter().filter_map(symbol).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{forced::Border, testing::line};
    use proptest::prelude::*;

    fn numbers(text: &str) -> Vec<String> {
        read(&line(text)).into_iter().map(|found| found.number).collect()
    }

    fn finds(expected: &str, printed: &str) -> bool {
        pattern(expected).find(&line(printed), Border::Kind, 100).is_some()
    }

    #[test]
    fn a_number_is_read_in_every_form() {
        for text in ["12345678Z", "12345678-Z", "12.345.678 Z", "DNI 12345678Z", "NIF: 12345678Z"] {
            assert_eq!(numbers(text), ["12345678Z"], "{text}");
        }
        assert_eq!(numbers("NIE X-1234567-L"), ["X1234567L"]);
        for text in ["12345678A", "112345678Z", "12345678ZA", "1234567", "", "EUB675732"] {
            assert_eq!(numbers(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn where_the_form_says_what_is_a_digit_the_shape_does_not_matter() {
        assert!(finds("BTD102210", "BTDIO22IO"));
        assert!(finds("OIB000111", "0IB000111"));
        assert!(!finds("L01X00T47", "LO1X00T47"));
        assert!(!finds("BTD102210", "BTD102211"));
    }

    proptest! {
        #[test]
        fn a_number_with_another_digit_is_another(value in 0_usize..100_000_000, at in 0_usize..8, by in 1_u8..10) {
            let number = format!("{value:08}{}", char::from(CONTROL[value % 23]));
            prop_assert!(is_valid(&number));
            prop_assert!(finds(&number, &number));
            let mut other = number.clone().into_bytes();
            other[at] = b'0' + (other[at] - b'0' + by) % 10;
            let other = String::from_utf8(other).expect("ASCII");
            prop_assert!(!is_valid(&other));
            prop_assert!(!finds(&other, &number));
        }

        #[test]
        fn no_text_is_a_panic(text in "\\PC{0,20}") {
            is_valid(&text);
            pattern(&text);
        }
    }
}
