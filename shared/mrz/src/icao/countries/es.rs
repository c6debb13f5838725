//! Spain.
//!
//! On a card the number that everybody knows is *not* the document number of the zone: that is the support number, new
//! with every card, and the NIF or NIE is in the optional data. Sources: RD 1553/2005 article 11 (DNI), RD 557/2011
//! article 206 (NIE), Orden INT/1202/2011; the control letter as the Ministry of the Interior publishes it.

use crate::icao::{
    agreement::Agreement,
    confusable::{bare, compare_numbers},
    country::{Country, Kind, STANDARD},
    date::Date,
    fields::Fields,
    format::Format,
    personal::Personal,
};

pub(super) const SPAIN: Country = Country {
    codes: &["ESP"],
    kind,
    holder_number,
    further_numbers,
    compare_number,
    controlled,
    control,
    // Holders over 70, and from 30 on with a great disability (RD 1553/2005 article 6).
    year_99_is_never: true,
    least_age,
    ..STANDARD
};

/// Before 30, a DNI and a passport are valid for five years at most (RD 1553/2005 article 6, RD 896/2003 article 5).
fn least_age(fields: &Fields, until: Option<Date>, today: Date) -> u16 {
    let lasts = until.is_none_or(|until| until > today.plus_years(5));
    if lasts && matches!(kind(fields), Some(Kind::Nif | Kind::Passport)) { 30 } else { 0 }
}

/// Control letters, by the number modulo 23. I, Ñ, O and U are left out, because they resemble others.
const LETTERS: &[u8; 23] = b"TRWAGMYFPDXBNJZSQVHLCKE";

fn kind(fields: &Fields) -> Option<Kind> {
    match (fields.format, fields.code.as_str()) {
        (Format::Td1, "ID") => Some(Kind::Nif),
        (Format::Td1, code) => code.starts_with('I').then_some(Kind::Nie),
        _ => (STANDARD.kind)(fields),
    }
}

/// The NIF or NIE of a card, the own number of a passport.
fn holder_number(fields: &Fields) -> Option<Personal> {
    match kind(fields)? {
        Kind::Nif | Kind::Nie => card(fields).personal.map(Personal::new),
        Kind::Passport | Kind::IdentityCard | Kind::Visa => (STANDARD.holder_number)(fields),
    }
}

/// Holders of a passport may give the NIF in it, whose letter need not be printed.
fn further_numbers(fields: &Fields) -> Vec<String> {
    passport_nif(fields)
        .filter(|nif| control(nif.number.as_bytes()) == Some(true))
        .map(|nif| nif.number)
        .into_iter()
        .collect()
}

fn compare_number(fields: &Fields, declared: &str) -> Agreement {
    match kind(fields) {
        Some(Kind::Nif | Kind::Nie) => compare_with_card(&card(fields), declared),
        // Holders may give the NIF in it, too.
        _ if is_passport(fields) => {
            let nif = passport_nif(fields).map(|nif| compare_nif(declared, &nif.number));
            compare_numbers(declared, fields.number.as_str()).max(nif.unwrap_or(Agreement::Mismatch))
        }
        _ => (STANDARD.compare_number)(fields, declared),
    }
}

/// A person who declares the support number has the card in hand, so that is doubtful rather than wrong.
fn compare_with_card(card: &Card<'_>, declared: &str) -> Agreement {
    let Some(personal) = card.personal else {
        return Agreement::Doubtful;
    };
    let is_support = card.support.is_some_and(|support| compare_numbers(declared, support) == Agreement::Match);
    match compare_nif(declared, personal) {
        Agreement::Mismatch if is_support => Agreement::Doubtful,
        agreement => agreement,
    }
}

/// The letter of a passport proves something only if it is printed.
fn controlled(fields: &Fields) -> Vec<String> {
    let number = match kind(fields) {
        Some(Kind::Nif | Kind::Nie) => card(fields).personal.map(str::to_owned),
        _ => passport_nif(fields).filter(|nif| nif.letter_is_printed).map(|nif| nif.number),
    };
    number.filter(|number| number.bytes().all(|byte| byte.is_ascii_alphanumeric())).into_iter().collect()
}

/// The numbers of a card.
struct Card<'a> {
    /// NIF or NIE.
    personal: Option<&'a str>,
    /// The number of this individual card.
    support: Option<&'a str>,
}

fn card(fields: &Fields) -> Card<'_> {
    let number = fields.number.as_str();
    let optional = fields.optional.first().map(|data| personal(data.as_str())).filter(|data| !data.is_empty());
    // Until 2006 the document number was the NIF. Cards from that time without an expiry lapse on 2031-08-03 (EU
    // 2019/1157 article 5).
    if optional.is_none() && fields.code == "ID" && is_nif(number) {
        return Card { personal: Some(number), support: None };
    }
    Card { personal: optional, support: Some(number) }
}

/// The NIF or NIE in the optional data. On DNIs of 2006 a filler stands before it, and some have a digit after it.
fn personal(optional: &str) -> &str {
    let data = optional.trim_start_matches('<');
    let is_one = |number: &&str| control(number.as_bytes()).is_some();
    [9, 10].into_iter().filter_map(|length| data.get(..length)).find(is_one).unwrap_or(data)
}

fn is_nif(number: &str) -> bool {
    number.len() == 9 && is_digits_then_letter(number.as_bytes())
}

fn is_passport(fields: &Fields) -> bool {
    fields.format == Format::Td3 && fields.code.starts_with('P')
}

/// The NIF in a passport.
struct Nif {
    number: String,
    letter_is_printed: bool,
}

/// The optional data of a passport: `A`, 8 digits, `00`. The letter need not be printed, because it can be computed; if
/// it is, it counts.
fn passport_nif(fields: &Fields) -> Option<Nif> {
    let optional = fields.optional.first().filter(|_| is_passport(fields))?;
    let rest = optional.as_str().strip_prefix('A')?;
    let digits = rest.get(..8).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
    let printed = rest.as_bytes().get(8).copied().filter(u8::is_ascii_uppercase);
    let letter = printed.or_else(|| letter_of(digits.as_bytes()))?;
    Some(Nif { number: format!("{digits}{}", char::from(letter)), letter_is_printed: printed.is_some() })
}

/// Compares two numbers as NIF or NIE: leading zeros may be left out, and so may a letter that can be computed.
fn compare_nif(declared: &str, read: &str) -> Agreement {
    let [declared, read] = [declared, read].map(|number| {
        let body = completed(without_country(&bare(number)));
        let letter = if body.len() == 8 { letter_of(&body) } else { None };
        body.into_iter().chain(letter).map(char::from).collect::<String>()
    });
    compare_numbers(&declared, &read)
}

/// Without the country that stands before a NIF in its form for VAT.
fn without_country(number: &[u8]) -> &[u8] {
    number.strip_prefix(b"ES").filter(|rest| control(rest).is_some()).unwrap_or(number)
}

/// NIF: up to 8 digits and the letter of the number modulo 23. NIE: X, Y or Z count as 0, 1, 2 in front of 7 digits;
/// before 2008 there were 8 digits after an X, the first a zero. K, L, M (children and others without a DNI): only the
/// 7 digits.
fn control(number: &[u8]) -> Option<bool> {
    match completed(number).as_slice() {
        [body @ .., letter] if body.len() == 8 && letter.is_ascii_uppercase() => {
            letter_of(body).map(|expected| expected == *letter)
        }
        _ => None,
    }
}

/// The control letter of 8 characters: digits, or one of X Y Z K L M and 7 digits. `None` for anything else.
fn letter_of(body: &[u8]) -> Option<u8> {
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

/// A canonical form of a number: omitted zeros are restored, and superfluous ones of an old NIE are removed. Other
/// shapes are unchanged.
fn completed(number: &[u8]) -> Vec<u8> {
    let (first, rest) = match number {
        [first @ (b'X' | b'Y' | b'Z'), rest @ ..] => (Some(*first), rest),
        _ => (None, number),
    };
    let (digits, letter) = match rest {
        [digits @ .., letter] if letter.is_ascii_uppercase() => (digits, Some(*letter)),
        digits => (digits, None),
    };
    let width = if first.is_some() { 7 } else { 8 };
    let value = &digits[digits.iter().take_while(|digit| **digit == b'0').count()..];
    let is_one = digits.iter().all(u8::is_ascii_digit) && (5..=9).contains(&digits.len()) && value.len() <= width;
    if !is_one || first.is_none() && digits.len() > width {
        return number.to_vec();
    }
    first
        .into_iter()
        .chain(std::iter::repeat_n(b'0', width - value.len()))
        .chain(value.iter().copied())
        .chain(letter)
        .collect()
}

fn is_digits_then_letter(number: &[u8]) -> bool {
    matches!(number, [digits @ .., letter] if letter.is_ascii_uppercase() && digits.iter().all(u8::is_ascii_digit))
}

#[cfg(test)]
mod tests;
