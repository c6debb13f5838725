//! One-time codes in the clear: those that we make, and those that people type.

use crate::{
    invalid::Invalid,
    system::Entropy,
    text::{Private, without_separators},
    vocabulary::names,
};
use std::str::FromStr;

/// Without 0/o and 1/l/i, which people mix up.
const ALPHABET: &[u8; 31] = b"23456789abcdefghjkmnpqrstuvwxyz";
/// Characters of a code (NIST SP 800-63B-4 §3.1.3.2 asks for at least six).
pub const CODE_LENGTH: usize = 6;

names! {
    CodeAlphabet("is not an alphabet of codes") {
        /// Digits and letters without those that people mix up; at least one digit in a code.
        Alphanumeric = "ALPHANUMERIC",
    }
}

/// The shape of a code, for the one who asks for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodeFormat {
    pub length: usize,
    pub alphabet: CodeAlphabet,
}

impl CodeFormat {
    pub const STANDARD: Self = Self { length: CODE_LENGTH, alphabet: CodeAlphabet::Alphanumeric };

    fn fits(self, code: &str) -> bool {
        let CodeAlphabet::Alphanumeric = self.alphabet;
        code.len() == self.length && code.bytes().all(|byte| ALPHABET.contains(&byte))
    }
}

/// A code in the clear. It has no `Debug` and no `Display`: it cannot reach a log by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct OtpCode(String);

impl OtpCode {
    /// Uniform over all codes with at least one digit, because phones offer to fill in only such codes.
    ///
    /// Bytes past the last full multiple of 31 are discarded, and so is a code of six letters, one in six. Whatever is
    /// kept is as likely as before: 31⁶ − 23⁶ codes, 29.5 bits. A digit put into a code of letters would make codes
    /// with one digit more likely than others.
    pub fn generate(entropy: &dyn Entropy) -> Self {
        loop {
            let code = Self::of_any_characters(entropy);
            if code.0.bytes().any(|byte| byte.is_ascii_digit()) {
                return code;
            }
        }
    }

    fn of_any_characters(entropy: &dyn Entropy) -> Self {
        let mut code = String::with_capacity(CODE_LENGTH);
        let mut bytes = [0; 16];
        while code.len() < CODE_LENGTH {
            entropy.fill(&mut bytes);
            let fair =
                bytes.iter().filter(|byte| **byte < 248).map(|byte| char::from(ALPHABET[usize::from(byte % 31)]));
            code.extend(fair.take(CODE_LENGTH - code.len()));
        }
        Self(code)
    }

    pub fn unsealed(text: String) -> Self {
        Self(text)
    }

    /// For the one message or answer that carries the code.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// A code as a person typed or pasted it: it has the shape of one, so it may be the right one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypedCode(Private<String>);

impl TypedCode {
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

impl FromStr for TypedCode {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        // No code comes with so much around it.
        let typed: String = without_separators(text).take(CODE_LENGTH + 1).map(|c| c.to_ascii_lowercase()).collect();
        if !CodeFormat::STANDARD.fits(&typed) {
            return Err(Invalid("is not 6 characters of 23456789abcdefghjkmnpqrstuvwxyz"));
        }
        Ok(Self(Private::new(typed)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sha2::{Digest, Sha256};
    use std::{
        collections::BTreeSet,
        sync::atomic::{AtomicU32, Ordering},
    };

    /// Digests of 0, 1, 2 …: as good as random, and the same in every run.
    struct Digests(AtomicU32);

    impl Entropy for Digests {
        fn fill(&self, bytes: &mut [u8]) {
            let digest = Sha256::digest(self.0.fetch_add(1, Ordering::Relaxed).to_be_bytes());
            bytes.copy_from_slice(&digest[..bytes.len()]);
        }
    }

    #[test]
    fn a_code_is_six_letters_of_the_alphabet_each_as_likely_as_the_other() {
        let entropy = Digests(AtomicU32::new(0));
        let mut counts = [0_u32; 31];
        for _ in 0..20_000 {
            let code = OtpCode::of_any_characters(&entropy);
            assert_eq!(code.expose().len(), CODE_LENGTH);
            for letter in code.expose().bytes() {
                counts[ALPHABET.iter().position(|known| *known == letter).expect("a letter of the alphabet")] += 1;
            }
        }
        // 256 = 8 × 31 + 8: without the rejection the first eight letters would come up an eighth more often.
        let mean = |counts: &[u32]| f64::from(counts.iter().sum::<u32>()) / counts.len() as f64;
        let ratio = mean(&counts[..8]) / mean(&counts[8..]);
        assert!((0.97..1.03).contains(&ratio), "{ratio}");
    }

    #[test]
    fn every_code_has_a_digit_and_no_place_or_number_of_digits_is_preferred() {
        let entropy = Digests(AtomicU32::new(0));
        let mut places = [0_u32; CODE_LENGTH];
        let mut numbers = [0_u32; CODE_LENGTH + 1];
        const CODES: u32 = 40_000;
        for _ in 0..CODES {
            let code = OtpCode::generate(&entropy);
            assert!(CodeFormat::STANDARD.fits(code.expose()));
            let digits: Vec<bool> = code.expose().bytes().map(|byte| byte.is_ascii_digit()).collect();
            digits.iter().zip(&mut places).for_each(|(is, count)| *count += u32::from(*is));
            numbers[digits.iter().filter(|is| **is).count()] += 1;
        }
        assert_eq!(numbers[0], 0);
        // A character is a digit 8 times in 31; of six, k are digits as the binomial law says, given that one is.
        let one = 8.0 / 31.0_f64;
        let given = 1.0 - (1.0 - one).powi(6);
        for place in places {
            let share = f64::from(place) / f64::from(CODES);
            assert!((share - one / given).abs() < 0.01, "{places:?}");
        }
        for (k, ways) in [(1, 6.0), (2, 15.0), (3, 20.0)] {
            let expected = ways * one.powi(k) * (1.0 - one).powi(6 - k) / given;
            let share = f64::from(numbers[k as usize]) / f64::from(CODES);
            assert!((share - expected).abs() < 0.01, "{k} digits: {share}, not {expected}");
        }
    }

    #[test]
    fn a_code_is_read_as_people_type_and_paste_it() {
        for text in [
            "abc234",
            "ABC234",
            " abc 234\n",
            "a-b-c-2-3-4",
            "abc\u{2011}234",
            "\u{200B}abc234\u{FEFF}",
            "\u{2068}abc\u{200D}234\u{2069}",
            "\u{202D}abc234\u{202C}",
            "ａｂｃ２３４",
            "ABC٢٣٤",
            "abc\u{AD}\t२३४",
        ] {
            assert_eq!(text.parse::<TypedCode>().expect("a code").expose(), "abc234", "{text:?}");
        }
        assert!("untrue".parse::<TypedCode>().is_ok(), "a code without a digit can be tried");
        for text in ["", "abc23", "abc2345", "abc230", "abc23!", "abc_234", "abc23ä", "аbc234", "\u{200B}", "abc.234"]
        {
            assert!(text.parse::<TypedCode>().is_err(), "{text:?}");
        }
        assert!(!format!("{:?}", "abc234".parse::<TypedCode>()).contains("abc234"));
    }

    #[test]
    fn nobody_can_mistake_a_letter_of_the_alphabet() {
        assert!("01oil".bytes().all(|byte| !ALPHABET.contains(&byte)));
        assert_eq!(ALPHABET.iter().collect::<BTreeSet<_>>().len(), 31);
    }
}
