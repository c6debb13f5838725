//! Whether two texts are the same document number: the one comparison, for a number that a person typed, one that was
//! read from a picture, and one that was declared for a scoring.
//!
//! | | the same | another |
//! |---|---|---|
//! | case, and full-width letters | `12345678z`, `１２３４５６７８Ｚ` | |
//! | separators: whatever is neither a letter nor a digit | `12.345.678-Z`, `12 345 678 Z` | |
//! | digits of another script | `١٢٣٤٥٦٧٨Z` | `①②③` |
//! | leading zeros of a NIF or NIE | `1234567L` and `01234567L`; `X123456S`, `X0123456S`, `X00123456S` | zeros within, or at the end; leading zeros of any other number |
//! | a missing letter of a NIF or NIE, if it can be computed | `12345678` and `12345678Z` | `12345678` and `12345678A` |
//! | the country of a NIF's form for VAT | `ES12345678Z` | `PT12345678Z` |
//! | a letter or digit that is wrong, missing or exchanged | | `12345678Z` and `12345678A`, `12345687Z`, `Y1234567L` and `X1234567L` |
//!
//! A wrong letter is compared like any other: `12345678A` is the same as `12345678a`, because what was declared may be
//! wrong and is still what the person says.
//!
//! What holds for a NIF holds only where the number is one: where its document says so, or, if nobody says what it is,
//! where at least one of the two has the letter that belongs to its digits. Numbers of passports and of other states'
//! cards are compared by their letters and digits alone.

use crate::{
    compare::same_text,
    text::{Private, ascii},
};
use subtle::Choice;

/// What is known about the document that a number belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberKind {
    /// A NIF or a NIE.
    Spanish,
    /// The number of another document.
    Other,
    /// Nobody said.
    Unknown,
}

/// Compares two numbers, each in its normal form. The time it takes depends on their lengths alone.
pub fn same_number(one: &str, other: &str, kind: NumberKind) -> Choice {
    let [one, other] = [one, other].map(letters_and_digits);
    let something = choice(!one.is_empty() && !other.is_empty());
    let plain = same_text(&one, &other);
    let [one, other] = [one, other].map(|number| Spanish::of(&number));
    let both = choice(one.is_some() && other.is_some());
    let [one, other] = [one, other].map(Option::unwrap_or_default);
    let certain = match kind {
        NumberKind::Spanish => choice(true),
        NumberKind::Other => choice(false),
        NumberKind::Unknown => choice(one.has_its_letter || other.has_its_letter),
    };
    something & (plain | (certain & both & same_text(&one.complete, &other.complete)))
}

/// The normal form of any number: its letters and digits, in capitals.
pub fn normal_form(number: &str) -> Private<String> {
    Private::new(letters_and_digits(number))
}

/// One form for all spellings of a number of this kind, to find it again: two numbers that are [the same](same_number)
/// have the same form, except that digits alone are completed only where the number is surely Spanish.
pub fn one_form(number: &str, kind: NumberKind) -> String {
    let plain = letters_and_digits(number);
    match (Spanish::of(&plain), kind) {
        (Some(spanish), NumberKind::Spanish) => spanish.complete,
        (Some(spanish), NumberKind::Unknown) if spanish.has_its_letter => spanish.complete,
        _ => plain,
    }
}

fn letters_and_digits(number: &str) -> String {
    number.chars().map(ascii).filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect()
}

/// A NIF (up to eight digits and a letter, or K, L or M, seven digits and a letter) or a NIE (X, Y or Z, up to seven
/// digits and a letter).
#[derive(Clone, Debug, Default)]
struct Spanish {
    /// Without leading zeros, and with its letter: the printed one, or the one that belongs to the digits.
    complete: String,
    /// Whether the letter that belongs to the digits was there.
    has_its_letter: bool,
}

/// Control letters, by the number modulo 23 (RD 1553/2005 article 11). In front of seven digits, Y and Z count as 1 and 2,
/// the other letters as nothing.
const LETTERS: &[u8; 23] = b"TRWAGMYFPDXBNJZSQVHLCKE";

impl Spanish {
    fn of(number: &str) -> Option<Self> {
        Self::without_country(number).or_else(|| Self::without_country(number.strip_prefix("ES")?))
    }

    fn without_country(number: &str) -> Option<Self> {
        let (first, rest) = match number.as_bytes() {
            [b'K'..=b'M' | b'X'..=b'Z', ..] => number.split_at(1),
            _ => ("", number),
        };
        let letter = rest.bytes().last().filter(u8::is_ascii_uppercase);
        let digits = &rest[..rest.len() - letter.iter().len()];
        let value = digits.trim_start_matches('0');
        let most = if first.is_empty() { 8 } else { 7 };
        if digits.is_empty() || value.len() > most || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let head = match first {
            "Y" => 10_000_000,
            "Z" => 20_000_000,
            _ => 0,
        };
        let belongs = LETTERS[(head + value.parse::<usize>().unwrap_or_default()) % LETTERS.len()];
        let complete = format!("{first}{value}{}", char::from(letter.unwrap_or(belongs)));
        Some(Self { complete, has_its_letter: letter == Some(belongs) })
    }
}

fn choice(yes: bool) -> Choice {
    Choice::from(u8::from(yes))
}

#[cfg(test)]
mod tests;
