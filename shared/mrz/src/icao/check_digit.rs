//! The check digit (Doc 9303 part 3 §4.9): values weighted 7, 3, 1, 7, 3, 1 … and summed; the digit is the sum modulo
//! 10.
//!
//! It finds every single wrong character whose value differs modulo 10, and nothing else reliably: `0 A K U <` have the
//! same value, so do `1 B L V`, and two wrong characters cancel out in one of ten cases. A correct digit is evidence,
//! not proof.

use super::alphabet;

/// Weights, repeated.
const WEIGHTS: [u32; 3] = [7, 3, 1];

/// The check digit of characters, 0–9; `None` if one of them is outside the alphabet.
pub fn of(characters: impl IntoIterator<Item = u8>) -> Option<u8> {
    let weighted = characters.into_iter().zip(WEIGHTS.into_iter().cycle());
    // Modulo at every step, so no length of text overflows.
    let sum = weighted
        .map(|(character, weight)| alphabet::value(character).map(|value| value * weight))
        .try_fold(0, |sum, value| Some((sum + value?) % 10));
    sum.map(|digit| digit as u8)
}

/// Whether `digit`, as printed, is the check digit of the characters.
pub fn holds(characters: impl IntoIterator<Item = u8>, digit: u8) -> bool {
    digit.is_ascii_digit() && of(characters) == Some(digit - b'0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_standard_hold() {
        // Doc 9303 part 3 appendix A to section 4, and the specimens of parts 4 and 5.
        for (text, digit) in [
            ("520727", 3),
            ("AB2134<<<", 5),
            ("HA672242<658022549601086<<<<<<<<<<<<<<0", 8),
            ("L898902C3", 6),
            ("D23145890", 7),
            ("740812", 2),
            ("120415", 9),
        ] {
            assert_eq!(of(text.bytes()), Some(digit), "{text}");
        }
    }

    #[test]
    fn an_empty_field_has_zero_and_what_is_outside_the_alphabet_has_none() {
        assert_eq!(of(*b"<<<<<<"), Some(0));
        assert_eq!(of([]), Some(0));
        assert_eq!(of(*b"12a4"), None);
        assert!(!holds(*b"<<<<<<", b'<') && holds(*b"<<<<<<", b'0'));
    }

    #[test]
    fn two_wrong_characters_can_cancel() {
        assert_eq!(of(*b"XS1234567"), of(*b"K51234567"));
    }
}
