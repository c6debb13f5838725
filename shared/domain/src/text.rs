//! Texts that people write: trimmed, without control characters, of bounded length, and never shown by `Debug`.
//!
//! Everything that a text may bring along unseen is decided here: [`trimmed`] for texts that are kept as they are
//! written, [`without_separators`] for numbers and codes that people group as they like.

use crate::invalid::Invalid;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Trims, and rejects blank texts, control characters and direction overrides.
pub fn clean(text: &str) -> Result<String, Invalid> {
    let text = trimmed(text)?;
    if text.chars().any(|c| is_control(c) || is_line_break(c)) {
        return Err(Invalid("contains a control character"));
    }
    Ok(text.to_owned())
}

/// Like [`clean`], but with line breaks, as in a note or a reason.
pub fn clean_lines(text: &str) -> Result<String, Invalid> {
    let text = trimmed(text)?;
    if text.chars().any(|c| is_control(c) && !is_line_break(c)) {
        return Err(Invalid("contains a control character other than a line break"));
    }
    Ok(text.to_owned())
}

/// Like [`clean`], and at most 256 characters.
pub fn ordinary(text: &str) -> Result<String, Invalid> {
    at_most(clean(text)?, 256, "is longer than 256 characters")
}

pub fn at_most(text: String, max: usize, problem: &'static str) -> Result<String, Invalid> {
    if text.chars().count() > max { Err(Invalid(problem)) } else { Ok(text) }
}

/// Without white space and invisible characters around it; not blank, and not turned around.
pub fn trimmed(text: &str) -> Result<&str, Invalid> {
    if text.chars().any(overrides_direction) {
        return Err(Invalid("contains a character that changes the direction of writing"));
    }
    if text.chars().all(|c| c.is_whitespace() || is_invisible(c)) {
        return Err(Invalid("is blank"));
    }
    let shows_nothing = |c: char| c.is_whitespace() || is_invisible(c);
    let text = text.trim_start_matches(shows_nothing);
    let shown = text.trim_end_matches(shows_nothing);
    let may_have_parts = !shown.ends_with(|c: char| c.is_ascii_alphanumeric());
    let after = text[shown.len()..].trim_start_matches(|c| may_have_parts && is_part_of_an_emoji(c));
    Ok(&text[..text.len() - after.len()])
}

/// A text as one sees it, for comparing it with another.
pub fn visible(text: &str) -> String {
    text.chars().filter(|c| !is_invisible(*c)).collect()
}

/// A number or a code without what people and apps put between its characters (white space, hyphens and invisible
/// characters), with the digits of all scripts and full-width letters as ASCII.
pub fn without_separators(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(|c| !c.is_whitespace() && !is_invisible(*c) && !is_hyphen(*c)).map(ascii)
}

/// The ASCII letter, digit or sign that a full-width character or a digit of another script stands for; others are
/// unchanged.
pub fn ascii(c: char) -> char {
    let value = |zero: &u32| u32::from(c).checked_sub(*zero).filter(|value| *value < 10);
    match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        _ if c.is_ascii() => c,
        _ => ZEROS.iter().find_map(value).and_then(|value| char::from_digit(value, 10)).unwrap_or(c),
    }
}

/// The zeros of the scripts that have decimal digits of their own (general category Nd); nine more follow each.
const ZEROS: [u32; 75] = [
    0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66, 0x0DE6, 0x0E50,
    0x0ED0, 0x0F20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40, 0x1C50,
    0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0x104A0, 0x10D30, 0x10D40, 0x11066, 0x110F0, 0x11136,
    0x111D0, 0x112F0, 0x11450, 0x114D0, 0x11650, 0x116C0, 0x116D0, 0x116DA, 0x11730, 0x118E0, 0x11950, 0x11BF0,
    0x11C50, 0x11D50, 0x11DA0, 0x11DE0, 0x11F50, 0x16130, 0x16A60, 0x16AC0, 0x16B50, 0x16D70, 0x1CCF0, 0x1D7CE,
    0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6, 0x1E140, 0x1E2F0, 0x1E4F0, 0x1E5F1, 0x1E950, 0x1FBF0,
];

/// What joins or separates as a hyphen does: Unicode's dashes (`Pd`), the minus signs, the bullet that is named after
/// it, and the sound marks that a Japanese keyboard has in its place.
pub fn is_hyphen(c: char) -> bool {
    matches!(
        c,
        '-' | '\u{58A}' | '\u{5BE}' | '\u{1400}' | '\u{1806}' | '\u{2010}'..='\u{2015}' | '\u{2043}' | '\u{207B}'
            | '\u{208B}' | '\u{2212}' | '\u{2E17}' | '\u{2E1A}' | '\u{2E3A}'..='\u{2E3B}' | '\u{2E40}' | '\u{2E5D}'
            | '\u{301C}' | '\u{3030}' | '\u{30A0}' | '\u{30FC}' | '\u{FE31}'..='\u{FE32}' | '\u{FE58}' | '\u{FE63}'
            | '\u{FF0D}' | '\u{FF70}' | '\u{10D6E}' | '\u{10EAD}'
    )
}

/// Characters that show nothing: Unicode's `Default_Ignorable_Code_Point`, the blank of Braille, the head of a note
/// without a head, and what stands for something that a text cannot hold: anchors of annotations, the place of an
/// object (dictation leaves one), joiners of hieroglyphs.
pub fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}'..='\u{1160}' | '\u{17B4}'..='\u{17B5}'
            | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
            | '\u{2800}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFC}'
            | '\u{13430}'..='\u{1343F}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D159}' | '\u{1D173}'..='\u{1D17A}'
            | '\u{E0000}'..='\u{E0FFF}'
    )
}

/// Variation selectors and tags belong to the character before them: ❤️, the flag of Wales and 葛󠄀 end with one.
fn is_part_of_an_emoji(c: char) -> bool {
    matches!(c, '\u{FE00}'..='\u{FE0F}' | '\u{E0020}'..='\u{E007F}' | '\u{E0100}'..='\u{E01EF}')
}

/// Left-to-right and right-to-left override: they show a text in another order than it is stored in.
fn overrides_direction(c: char) -> bool {
    matches!(c, '\u{202D}' | '\u{202E}')
}

/// Control characters, and embeddings of another direction, which are left of a paste and whose end may be missing.
fn is_control(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202A}'..='\u{202E}')
}

fn is_line_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// A value that may name or locate a person: `Debug` redacts it, and it has no `Display`.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Private<T>(T);

impl<T> Private<T> {
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// For the code that needs the value: the store, the sender, the comparison.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Private<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("‹private›")
    }
}

/// Declares a private text: a type of its own that holds only what its reader accepts and that `Debug` redacts.
macro_rules! private_text {
    ($(#[$doc:meta])* $name:ident, $read:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name($crate::text::Private<String>);

        impl $name {
            pub fn expose(&self) -> &str {
                self.0.expose()
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::invalid::Invalid;
            fn from_str(text: &str) -> Result<Self, $crate::invalid::Invalid> {
                let read: fn(&str) -> Result<String, $crate::invalid::Invalid> = $read;
                read(text).map(|text| Self($crate::text::Private::new(text)))
            }
        }

        $crate::text::stored_as_text!($name, |text| text.expose().to_owned());
    };
}
pub(crate) use private_text;

/// For types declared `#[serde(try_from = "String", into = "String")]`: parsed from text, and turned into text as the
/// second argument says.
macro_rules! stored_as_text {
    ($name:ident, $write:expr) => {
        impl TryFrom<String> for $name {
            type Error = $crate::invalid::Invalid;
            fn try_from(text: String) -> Result<Self, $crate::invalid::Invalid> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                let write: fn($name) -> Self = $write;
                write(value)
            }
        }
    };
}
pub(crate) use stored_as_text;

/// Accepts a text unchanged if `good`.
pub(crate) fn checked(text: &str, good: bool, problem: &'static str) -> Result<String, Invalid> {
    if good { Ok(text.to_owned()) } else { Err(Invalid(problem)) }
}

private_text! {
    PersonName, ordinary
}
private_text! {
    /// As its holder wrote it. It has a letter or a digit: what has none would equal any other such text.
    DocumentNumber,
    |text| {
        let text = ordinary(text)?;
        let good = text.chars().any(char::is_alphanumeric);
        checked(&text, good, "has neither a letter nor a digit")
    }
}
private_text! {
    CancellationReason, |text| at_most(clean_lines(text)?, 1_000, "is longer than 1,000 characters")
}
impl CancellationReason {
    /// Why the steps of a chain are cancelled when another one fails.
    pub fn of_failed_chain() -> Self {
        "another step of its chain failed".parse().expect("a line")
    }
}

private_text! {
    /// The agent who confirmed the person in the shop.
    AgentName, ordinary
}
private_text! {
    /// A second factor as a person typed it: any text may be tried.
    Attempt, ordinary
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_trimmed_and_bounded() {
        assert_eq!("  James ".parse::<PersonName>().map(|n| n.expose().to_owned()), Ok("James".to_owned()));
        assert_eq!("   ".parse::<PersonName>(), Err(Invalid("is blank")));
        assert_eq!("Ja\u{0}mes".parse::<PersonName>(), Err(Invalid("contains a control character")));
        assert!("é".repeat(256).parse::<PersonName>().is_ok());
        assert!("é".repeat(257).parse::<PersonName>().is_err());
        assert!("r".repeat(1_000).parse::<CancellationReason>().is_ok());
        assert!("r".repeat(1_001).parse::<CancellationReason>().is_err());
    }

    #[test]
    fn debug_never_shows_a_private_text() {
        let name: PersonName = "Canaria".parse().expect("a name");
        assert!(!format!("{name:?}").contains("Canaria"));
    }

    #[test]
    fn what_nobody_sees_is_trimmed_and_is_no_text() {
        let read = |text: &str| clean(text);
        for around in [
            " ", "\n", "\t", "\u{A0}", "\u{3000}", "\u{200B}", "\u{200E}", "\u{2060}", "\u{FEFF}", "\u{AD}",
            "\u{2068}", "\u{202A}",
        ] {
            for text in [format!("{around}Ana"), format!("Ana{around}"), format!("{around} {around}Ana{around}\r\n")] {
                assert_eq!(read(&text), Ok("Ana".to_owned()), "{text:?}");
            }
            assert_eq!(read(&around.repeat(3)), Err(Invalid("is blank")), "{around:?}");
        }
        for blank in [
            "",
            "\u{FE0F}",
            "\u{3164}",
            "\u{2800}\u{E0001}",
            "\u{34F} \u{61C}",
            "\u{FFF9}\u{FFFB}",
            "\u{FFFC}",
            "\u{1D159}",
            "\u{13437}",
        ] {
            assert_eq!(read(blank), Err(Invalid("is blank")), "{blank:?}");
        }
        // After nothing, or after a letter that has no variants, what belongs to an emoji is as good as nothing.
        for text in ["\u{FE0F}Ana\u{FE0F}", "\u{200B}\u{FE0E} Ana", "\u{E0020}Ana \u{FE0F}", "Ana\u{FFFC}\u{E007F}"] {
            assert_eq!(read(text), Ok("Ana".to_owned()), "{text:?}");
        }
    }

    #[test]
    fn what_is_within_a_text_stays_there() {
        for text in [
            "\u{645}\u{6CC}\u{200C}\u{62E}\u{648}\u{627}\u{647}\u{645}",
            "Zoe\u{308}",
            "❤\u{FE0F}",
            "🏴\u{E0067}\u{E0062}\u{E0077}\u{E006C}\u{E0073}\u{E007F}",
            "葛\u{E0100}",
            "👩\u{200D}💻",
            "José María",
        ] {
            assert_eq!(clean(text), Ok(text.to_owned()), "{text:?}");
        }
        for text in
            ["A\u{202E}na", "\u{202D}Ana", "A\u{202B}na", "A\u{0}na", "A\tna", "A\u{9F}na", "A\nna", "A\u{2028}na"]
        {
            assert!(clean(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_reason_may_have_lines() {
        let read = |text: &str| text.parse::<CancellationReason>().map(|reason| reason.expose().to_owned());
        assert_eq!(read("\nfirst\r\nsecond\n"), Ok("first\r\nsecond".to_owned()));
        for text in ["first\tsecond", "first\u{7}", "first\n\u{202E}second"] {
            assert!(read(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn digits_of_all_scripts_are_digits() {
        let read = |text: &str| without_separators(text).collect::<String>();
        for text in ["0123456789", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "०१२३४५६७८९", "０１２３４５６７８９", "𝟘𝟙𝟚𝟛𝟜𝟝𝟞𝟟𝟠𝟡"]
        {
            assert_eq!(read(text), "0123456789", "{text}");
        }
        assert_eq!(read(" ab\u{200B}c\u{2011}2－3\u{A0}4\n"), "abc234");
        assert_eq!(read("ab\u{FFFC}c\u{1806}2ー3\u{2E3A}\u{58A}4"), "abc234");
        assert_eq!(read("ＡＢｃ²①"), "ABc²①");
        assert!(ZEROS.is_sorted() && ZEROS.iter().all(|zero| char::from_u32(zero + 9).is_some_and(char::is_numeric)));
    }

    #[test]
    fn a_document_number_is_something() {
        for text in [".", "---", "- -", "\u{200B}", "/"] {
            assert!(text.parse::<DocumentNumber>().is_err(), "{text:?}");
        }
        assert!("-1.".parse::<DocumentNumber>().is_ok());
    }
}
