//! Spanish documents: which of their numbers is whose, and the control letter.
//!
//! On a DNI the number that everybody knows is *not* the document number of the zone: that is the support number, new
//! with every card, and the NIF is in the optional data. Sources: RD 1553/2005 article 11 (DNI), RD 557/2011 article
//! 206 (NIE), Orden INT/1202/2011; the control letter as the Ministry of the Interior publishes it.

use super::{Comparison, Expiry, Fields, Format, Personal, confusable, national::Control};

/// Control letters, by the number modulo 23. I, Ñ, O and U are left out, because they look like others.
const LETTERS: &[u8; 23] = b"TRWAGMYFPDXBNJZSQVHLCKE";

/// Which document of Spain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The identity card with a support number, since 2006.
    Dni,
    /// The identity card before 2006: its document number is the NIF. Those without an expiry lapse on 2031-08-03 (EU
    /// 2019/1157 article 5).
    OldDni,
    /// A foreigner's card, which shows a NIE.
    ForeignerCard,
    /// A passport.
    Passport,
}

/// A document of Spain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Which one.
    pub kind: Kind,
    /// NIF or NIE. That of a passport is printed without its letter, which is computed here.
    pub personal_number: Option<Personal>,
    /// The number of this very document: support number or passport number.
    pub support: Option<Personal>,
    /// The control of the personal number. A passport has none.
    pub control: Control,
    /// It never expires: year 99, for holders over 70.
    pub permanent: bool,
}

impl Document {
    /// Compares a number that was declared as NIF or NIE. Somebody who gives the support number instead has the
    /// document in hand, so that is doubtful.
    pub fn compare_personal_number(&self, declared: &str) -> Comparison {
        let Some(number) = &self.personal_number else {
            return Comparison::Doubtful;
        };
        let is_support = self
            .support
            .as_ref()
            .is_some_and(|support| confusable::compare_numbers(declared, support.as_str()) == Comparison::Match);
        match compare_nif(declared, number.as_str()) {
            Comparison::Mismatch if is_support => Comparison::Doubtful,
            comparison => comparison,
        }
    }
}

/// Compares two numbers as NIF or NIE: leading zeros may be left out, and so may a letter that can be computed.
pub fn compare_nif(declared: &str, read: &str) -> Comparison {
    let [declared, read] = [declared, read].map(|number| {
        let body = completed(&confusable::bare(number));
        let letter = if body.len() == 8 { letter_of(&body) } else { None };
        body.into_iter().chain(letter).map(char::from).collect::<String>()
    });
    confusable::compare_numbers(&declared, &read)
}

/// What is there to know from a zone; none for other states' documents, and for Spanish ones of a layout that is not
/// known.
pub fn read(fields: &Fields) -> Option<Document> {
    if fields.state != "ESP" {
        return None;
    }
    let number = fields.number.as_str();
    let optional = fields.optional.first().map_or("", |data| data.as_str());
    let (kind, personal, support) = match (fields.format, fields.code.as_str()) {
        (Format::Td3, code) if code.starts_with('P') => return Some(passport(fields, number, optional)),
        (Format::Td1, "ID") if is_nif(number) && optional.is_empty() => (Kind::OldDni, Some(number.to_owned()), None),
        (Format::Td1, "ID") => (Kind::Dni, not_empty(optional), Some(number)),
        (Format::Td1, code) if code.starts_with('I') => (Kind::ForeignerCard, not_empty(optional), Some(number)),
        _ => return None,
    };
    Some(Document {
        kind,
        control: personal.as_ref().map_or(Control::Unknown, |number| control(number.as_bytes())),
        personal_number: personal.map(Personal::new),
        support: support.map(Personal::new),
        permanent: fields.expiry == Expiry::Never,
    })
}

/// The optional data of a passport: `A`, 8 digits, `00`. The letter is not printed, and needs not be, because it
/// follows; where one is, it counts.
fn passport(fields: &Fields, number: &str, optional: &str) -> Document {
    let rest = optional.strip_prefix('A').unwrap_or_default();
    let digits = rest.get(..8).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    let printed = rest.as_bytes().get(8).copied().filter(u8::is_ascii_uppercase);
    let personal = digits
        .and_then(|digits| Some(format!("{digits}{}", char::from(printed.or_else(|| letter_of(digits.as_bytes()))?))));
    Document {
        kind: Kind::Passport,
        control: match (&personal, printed) {
            (Some(number), Some(_)) => control(number.as_bytes()),
            _ => Control::Unknown,
        },
        personal_number: personal.map(Personal::new),
        support: Some(Personal::new(number)),
        permanent: fields.expiry == Expiry::Never,
    }
}

fn not_empty(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn is_nif(number: &str) -> bool {
    matches!(number.as_bytes(), [digits @ .., letter] if digits.len() == 8 && digits.iter().all(u8::is_ascii_digit) && letter.is_ascii_uppercase())
}

/// Checks a NIF or NIE in capitals without spaces; the rule for [`super::national::control`].
///
/// NIF: up to 8 digits and the letter of the number modulo 23. NIE: X, Y or Z count as 0, 1, 2 in front of 7 digits;
/// before 2008 there were 8 digits behind an X, the first a zero. K, L, M (children and others without a DNI): the 7
/// digits alone.
pub(crate) fn control(number: &[u8]) -> Control {
    match completed(number).as_slice() {
        [body @ .., letter] if body.len() == 8 && letter.is_ascii_uppercase() => match letter_of(body) {
            Some(expected) if expected == *letter => Control::Holds,
            Some(_) => Control::Broken,
            None => Control::Unknown,
        },
        _ => Control::Unknown,
    }
}

/// The control letter of 8 characters: digits, or one of X Y Z K L M and 7 digits. None for anything else.
pub fn letter_of(body: &[u8]) -> Option<u8> {
    let (&first, rest) = body.split_first()?;
    let head = match first {
        b'0'..=b'9' => first - b'0',
        b'X' | b'K' | b'L' | b'M' => 0,
        b'Y' => 1,
        b'Z' => 2,
        _ => return None,
    };
    if rest.len() != 7 || !rest.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number = rest.iter().fold(usize::from(head), |number, digit| number * 10 + usize::from(digit - b'0'));
    Some(LETTERS[number % LETTERS.len()])
}

/// One way to write a number: zeros that were left out are put back, and the one too many of an old NIE goes. What has
/// no such shape stays.
fn completed(number: &[u8]) -> Vec<u8> {
    let digits = number.iter().filter(|byte| byte.is_ascii_digit()).count();
    match number {
        [b'X', b'0', rest @ ..] if digits == 8 => [b"X", rest].concat(),
        [b'0'..=b'9', ..] if (5..8).contains(&digits) && is_digits_then_letter(number) => {
            [&b"000"[..8 - digits], number].concat()
        }
        _ => number.to_vec(),
    }
}

fn is_digits_then_letter(number: &[u8]) -> bool {
    matches!(number, [digits @ .., letter] if letter.is_ascii_uppercase() && digits.iter().all(u8::is_ascii_digit))
}

#[cfg(test)]
mod tests;
