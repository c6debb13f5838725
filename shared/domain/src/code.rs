//! One-time codes in the clear: those that we make, and those that people type.

use crate::{
    invalid::Invalid,
    system::Entropy,
    text::{Private, without_separators},
    vocabulary::names,
};
use serde::{Deserialize, Serialize};
use std::{ops::RangeInclusive, str::FromStr};

/// Without 0/o and 1/l/i, which people mix up.
const ALPHABET: &[u8; 31] = b"23456789abcdefghjkmnpqrstuvwxyz";
/// Characters of a code with letters (NIST SP 800-63B-4 §3.1.3.2 asks for at least six).
const CODE_LENGTH: usize = 6;
/// How many digits a code may have without letters.
const DIGITS: RangeInclusive<usize> = 6..=10;

names! {
    CodeAlphabet("is not one of ALPHANUMERIC, DIGITS") {
        /// Digits and letters without those that people mix up; at least one digit in a code.
        Alphanumeric = "ALPHANUMERIC",
        Digits = "DIGITS",
    }
}

/// The shape of a code, for the one who asks for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Shape", into = "Shape")]
pub struct CodeFormat(Shape);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Shape {
    alphabet: CodeAlphabet,
    length: usize,
}

impl CodeFormat {
    pub const STANDARD: Self = Self(Shape { alphabet: CodeAlphabet::Alphanumeric, length: CODE_LENGTH });

    pub fn new(alphabet: CodeAlphabet, length: usize) -> Result<Self, Invalid> {
        match alphabet {
            CodeAlphabet::Alphanumeric if length != CODE_LENGTH => Err(Invalid("is not 6, the length of ALPHANUMERIC")),
            CodeAlphabet::Digits if !DIGITS.contains(&length) => Err(Invalid("is not a length from 6 to 10")),
            _ => Ok(Self(Shape { alphabet, length })),
        }
    }

    /// The format of a given code: of digits, if it can be.
    pub fn of(code: &str) -> Result<Self, Invalid> {
        let digits = Self::new(CodeAlphabet::Digits, code.len());
        let formats = digits.into_iter().chain([Self::STANDARD]);
        formats.into_iter().find(|format| format.fits(code)).ok_or(Invalid("is not a code"))
    }

    pub fn alphabet(self) -> CodeAlphabet {
        self.0.alphabet
    }

    pub fn length(self) -> usize {
        self.0.length
    }

    pub fn fits(self, code: &str) -> bool {
        let known = |byte: u8| match self.0.alphabet {
            CodeAlphabet::Alphanumeric => ALPHABET.contains(&byte),
            CodeAlphabet::Digits => byte.is_ascii_digit(),
        };
        code.len() == self.0.length && code.bytes().all(known)
    }

    /// What is wrong with a code that does not fit.
    fn problem(self) -> &'static str {
        match (self.0.alphabet, self.0.length) {
            (CodeAlphabet::Alphanumeric, _) => "is not 6 characters of 23456789abcdefghjkmnpqrstuvwxyz",
            (CodeAlphabet::Digits, 6) => "is not 6 digits",
            (CodeAlphabet::Digits, 7) => "is not 7 digits",
            (CodeAlphabet::Digits, 8) => "is not 8 digits",
            (CodeAlphabet::Digits, 9) => "is not 9 digits",
            (CodeAlphabet::Digits, _) => "is not 10 digits",
        }
    }
}

impl Default for CodeFormat {
    fn default() -> Self {
        Self::STANDARD
    }
}

impl TryFrom<Shape> for CodeFormat {
    type Error = Invalid;

    fn try_from(Shape { alphabet, length }: Shape) -> Result<Self, Invalid> {
        Self::new(alphabet, length)
    }
}

impl From<CodeFormat> for Shape {
    fn from(CodeFormat(shape): CodeFormat) -> Self {
        shape
    }
}

/// A code in the clear. It has no `Debug` and no `Display`: it cannot reach a log by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct OtpCode(String);

impl OtpCode {
    /// Uniform over all codes of a format, which with letters are those with at least one digit, because phones offer to
    /// fill in only such codes.
    ///
    /// Bytes past the last full multiple of the alphabet's size are discarded, and so is a code of six letters, one in
    /// six. Whatever is kept is as likely as before: 31⁶ − 23⁶ codes, 29.5 bits. A digit put into a code of letters would
    /// make codes with one digit more likely than others. Six digits are 19.9 bits.
    pub fn generate(entropy: &dyn Entropy, format: CodeFormat) -> Self {
        let alphabet = match format.alphabet() {
            CodeAlphabet::Alphanumeric => &ALPHABET[..],
            CodeAlphabet::Digits => b"0123456789",
        };
        loop {
            let code = Self::of_any_characters(entropy, alphabet, format.length());
            if code.0.bytes().any(|byte| byte.is_ascii_digit()) {
                return code;
            }
        }
    }

    fn of_any_characters(entropy: &dyn Entropy, alphabet: &[u8], length: usize) -> Self {
        let mut code = String::with_capacity(length);
        let mut bytes = [0; 16];
        let full = 256 / alphabet.len() * alphabet.len();
        while code.len() < length {
            entropy.fill(&mut bytes);
            let fair = bytes.iter().map(|byte| usize::from(*byte)).filter(|byte| *byte < full);
            code.extend(fair.map(|byte| char::from(alphabet[byte % alphabet.len()])).take(length - code.len()));
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

    /// Requires the shape of this identification's codes.
    pub fn require(&self, format: CodeFormat) -> Result<(), Invalid> {
        if format.fits(self.expose()) { Ok(()) } else { Err(Invalid(format.problem())) }
    }
}

impl FromStr for TypedCode {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        // No code comes with so much around it.
        let typed: String = without_separators(text).take(DIGITS.end() + 1).map(|c| c.to_ascii_lowercase()).collect();
        match CodeFormat::of(&typed) {
            Ok(_) => Ok(Self(Private::new(typed))),
            Err(_) => Err(Invalid("is not 6 characters of 23456789abcdefghjkmnpqrstuvwxyz, nor 6 to 10 digits")),
        }
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
            let code = OtpCode::of_any_characters(&entropy, ALPHABET, CODE_LENGTH);
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
            let code = OtpCode::generate(&entropy, CodeFormat::STANDARD);
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
        assert_eq!("１2 345-67٨".parse::<TypedCode>().expect("a code").expose(), "12345678");
        for text in [
            "",
            "abc23",
            "abc2345",
            "abc230",
            "abc23!",
            "abc_234",
            "abc23ä",
            "аbc234",
            "\u{200B}",
            "abc.234",
            "12345",
            "12345678901",
            "123456789012345",
            "1234567a",
        ] {
            assert!(text.parse::<TypedCode>().is_err(), "{text:?}");
        }
        assert!(!format!("{:?}", "abc234".parse::<TypedCode>()).contains("abc234"));
    }

    #[test]
    fn a_typed_code_has_the_shape_of_its_identification() {
        let typed = |text: &str| text.parse::<TypedCode>().expect("a code");
        let digits = |length| CodeFormat::new(CodeAlphabet::Digits, length).expect("a format");
        assert!(typed("234567").require(digits(6)).is_ok() && typed("234567").require(CodeFormat::STANDARD).is_ok());
        assert_eq!(typed("012345").require(CodeFormat::STANDARD), Err(Invalid(CodeFormat::STANDARD.problem())));
        assert_eq!(typed("12345678").require(digits(6)), Err(Invalid("is not 6 digits")));
        assert_eq!(typed("abc234").require(digits(6)), Err(Invalid("is not 6 digits")));
        for length in DIGITS {
            assert_eq!(digits(length).problem(), format!("is not {length} digits"));
        }
    }

    #[test]
    fn a_code_of_digits_is_any_number_of_its_length() {
        let entropy = Digests(AtomicU32::new(0));
        let mut counts = [0_u32; 10];
        for _ in 0..20_000 {
            let format = CodeFormat::new(CodeAlphabet::Digits, 8).expect("a format");
            let code = OtpCode::generate(&entropy, format);
            assert!(format.fits(code.expose()));
            code.expose().bytes().for_each(|digit| counts[usize::from(digit - b'0')] += 1);
        }
        // 256 = 25 × 10 + 6: without the rejection the first six digits would come up a twenty-fifth more often.
        let mean = |counts: &[u32]| f64::from(counts.iter().sum::<u32>()) / counts.len() as f64;
        let ratio = mean(&counts[..6]) / mean(&counts[6..]);
        assert!((0.985..1.015).contains(&ratio), "{ratio}");
    }

    #[test]
    fn a_format_is_one_that_an_organisation_may_choose() {
        for (alphabet, length) in
            [(CodeAlphabet::Alphanumeric, 8), (CodeAlphabet::Digits, 5), (CodeAlphabet::Digits, 11)]
        {
            assert!(CodeFormat::new(alphabet, length).is_err(), "{alphabet} {length}");
        }
        let stored = serde_json::to_string(&CodeFormat::STANDARD).expect("text");
        assert_eq!(stored, r#"{"alphabet":"ALPHANUMERIC","length":6}"#);
        assert!(serde_json::from_str::<CodeFormat>(&stored.replace('6', "7")).is_err());
    }

    #[test]
    fn nobody_can_mistake_a_letter_of_the_alphabet() {
        assert!("01oil".bytes().all(|byte| !ALPHABET.contains(&byte)));
        assert_eq!(ALPHABET.iter().collect::<BTreeSet<_>>().len(), 31);
    }
}
