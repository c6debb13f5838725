//! Controls that states have in their own numbers, beside the check digits of ICAO.
//!
//! Only what is certain is called broken: a number of another shape than the rule's is unknown, because states change
//! their numbers. The rules of Spain are in [`super::spain`]. Germany, France and others have no control on their
//! documents.

use super::{Fields, Format, Personal, alphabet::FILLER, confusable, spain, states};

/// How a number stands to the control of its state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Control {
    /// Its control is right.
    Holds,
    /// It has the shape of a number with a control, and the control is wrong.
    Broken,
    /// There is no rule for it here.
    Unknown,
}

impl Control {
    const fn of(holds: bool) -> Self {
        if holds { Self::Holds } else { Self::Broken }
    }
}

/// A number of a document that its state controls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The number.
    pub number: Personal,
    /// How its control turned out; never unknown.
    pub control: Control,
}

/// Checks a number by the rules of a state (three letters, as a zone prints it). Case, spaces, hyphens and fillers are
/// nothing.
pub fn control(state: &str, number: &str) -> Control {
    let number = confusable::bare(number);
    let checked = match state {
        "ESP" => return spain::control(&number),
        "BEL" => belgian(&number),
        "EST" | "LTU" => baltic(&number),
        "ITA" => italian(&number),
        "LVA" => latvian(&number),
        "NLD" => dutch(&number),
        "POL" => polish(&number),
        "PRT" => portuguese(&number),
        "ROU" => romanian(&number),
        // One Yugoslav number, kept by its successors.
        "BIH" | "HRV" | "MKD" | "MNE" | "RKS" | "SRB" | "SVN" => yugoslav(&number),
        "SWE" => swedish(&number),
        _ => None,
    };
    checked.map_or(Control::Unknown, Control::of)
}

/// The number of a document that its state controls, wherever the state puts it: optional data first, then the document
/// number.
pub fn check(fields: &Fields) -> Option<Finding> {
    if states::same(&fields.state, "ESP") {
        let document = spain::read(fields)?;
        let number = document.personal_number?;
        return (document.control != Control::Unknown).then_some(Finding { number, control: document.control });
    }
    let optional = fields.optional.iter().flat_map(|data| candidates(data.as_str()));
    // Permits for foreigners have numbers of their own kind; cards and passports are what the rules are for.
    let own = matches!(fields.code.as_str(), "I" | "ID") || fields.code.starts_with('P');
    let number = own.then(|| fields.number.as_str().to_owned());
    let numbers = romanian_card(fields).into_iter().chain(optional).chain(number);
    numbers
        .map(|number| (control(&fields.state, &number), number))
        .find(|(control, _)| *control != Control::Unknown)
        .map(|(control, number)| Finding { number: Personal::new(number), control })
}

/// Optional data up to the first filler, and all of it: the Dutch card has a digit of its own behind the number, the
/// Latvian number a hyphen in it.
fn candidates(optional: &str) -> impl Iterator<Item = String> {
    let first = optional.split(char::from(FILLER)).next().unwrap_or_default().to_owned();
    [first, optional.to_owned()].into_iter().filter(|number| !number.is_empty())
}

/// The Romanian card (TD2) has the personal number without the birthday, which is in the zone anyway.
fn romanian_card(fields: &Fields) -> Option<String> {
    let optional = fields.optional.first()?.as_str();
    let (first, rest) = optional.split_at_checked(1)?;
    let birth = fields.birth?;
    let is_card = fields.format == Format::Td2 && fields.state == "ROU" && optional.len() == 7;
    is_card.then(|| birth.digits().map(|birth| format!("{first}{birth}{rest}"))).flatten()
}

/// Exactly so many digits.
fn digits<const N: usize>(number: &[u8]) -> Option<[u32; N]> {
    let number: &[u8; N] = number.try_into().ok()?;
    number.iter().all(u8::is_ascii_digit).then(|| number.map(|digit| u32::from(digit - b'0')))
}

fn weighted(digits: &[u32], weights: &[u32]) -> u32 {
    digits.iter().zip(weights).map(|(digit, weight)| digit * weight).sum()
}

/// Rijksregisternummer: the last two of 11 digits are 97 less the rest modulo 97; from birth in 2000 on a 2 is put
/// before (royal decree of 3 April 1984, article 4). Which century is not in the number, so either may hold.
fn belgian(number: &[u8]) -> Option<bool> {
    let digits = digits::<11>(number)?;
    let value = |digits: &[u32]| digits.iter().fold(0_u64, |value, &digit| value * 10 + u64::from(digit));
    let (body, control) = (value(&digits[..9]), value(&digits[9..]));
    Some([body, body + 2_000_000_000].iter().any(|body| 97 - body % 97 == control))
}

/// Isikukood and asmens kodas: 11 digits, the last modulo 11 by weights 1–9 and 1; where that is 10, by weights 3–9 and
/// 1–3, and then 0 (EVS 585:2007; Lithuanian law I-2237).
fn baltic(number: &[u8]) -> Option<bool> {
    let digits = digits::<11>(number)?;
    let by = |weights: [u32; 10]| weighted(&digits[..10], &weights) % 11;
    let control = match by([1, 2, 3, 4, 5, 6, 7, 8, 9, 1]) {
        10 => by([3, 4, 5, 6, 7, 8, 9, 1, 2, 3]) % 10,
        control => control,
    };
    Some(digits[10] == control)
}

/// Codice fiscale: 16 characters, the last by a table for odd and the values for even positions, modulo 26 (ministerial
/// decree of 12 March 1974, with 23 December 1976).
fn italian(number: &[u8]) -> Option<bool> {
    /// What a digit, or the letter of the same value, counts at an odd position.
    const ODD: [u32; 26] =
        [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
    let number: &[u8; 16] = number.try_into().ok()?;
    let value =
        |character: u8| usize::from(if character.is_ascii_digit() { character - b'0' } else { character - b'A' });
    // Six letters of the name begin it. Anything else of this length is another number.
    if !number[..6].iter().chain(&number[15..]).all(u8::is_ascii_uppercase) || !number[8].is_ascii_uppercase() {
        return None;
    }
    let sum: u32 =
        number[..15].iter().enumerate().map(|(at, &c)| if at % 2 == 0 { ODD[value(c)] } else { value(c) as u32 }).sum();
    Some(sum % 26 == u32::from(number[15] - b'A'))
}

/// Personas kods: 11 digits, weighted, 1 more modulo 11. The numbers that begin with 32, since July 2017, have no
/// control.
fn latvian(number: &[u8]) -> Option<bool> {
    let digits = digits::<11>(number)?;
    let control = (1 + weighted(&digits[..10], &[10, 5, 8, 4, 2, 1, 6, 3, 7, 9])) % 11 % 10;
    (digits[..2] != [3, 2]).then_some(digits[10] == control)
}

/// Burgerservicenummer: 9 digits whose sum by weights 9–2 and −1 is a multiple of 11 ("elfproef", Besluit BSN article
/// 2).
fn dutch(number: &[u8]) -> Option<bool> {
    let digits = digits::<9>(number)?;
    let sum = weighted(&digits[..8], &[9, 8, 7, 6, 5, 4, 3, 2]);
    // Nine zeros stand for "none".
    (sum > 0).then_some(sum % 11 == digits[8])
}

/// PESEL (law of 24 September 2010): 11 digits by weights 1, 3, 7, 9. Cards (three letters, six digits) and passports
/// (two, seven) have a control digit behind the letters, weights 7, 3, 1 over letters from 10 and digits, and 9 for the
/// control itself.
fn polish(number: &[u8]) -> Option<bool> {
    if let Some(digits) = digits::<11>(number) {
        return Some((weighted(&digits[..10], &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) + digits[10]).is_multiple_of(10));
    }
    let number: &[u8; 9] = number.try_into().ok()?;
    let letters = number.iter().take_while(|character| character.is_ascii_uppercase()).count();
    let weights: [u32; 9] = match letters {
        3 => [7, 3, 1, 9, 7, 3, 1, 7, 3],
        2 => [7, 3, 9, 1, 7, 3, 1, 7, 3],
        _ => return None,
    };
    number[letters..].iter().all(u8::is_ascii_digit).then(|| weighted(&number.map(base36), &weights).is_multiple_of(10))
}

/// Cartão de cidadão: 8 digits, a digit, two characters and a digit; all by Luhn's rule over base 36 (Portaria
/// 203/2007, annex).
fn portuguese(number: &[u8]) -> Option<bool> {
    let number: &[u8; 12] = number.try_into().ok()?;
    let shape =
        number[..9].iter().all(u8::is_ascii_digit) && number[11].is_ascii_digit() && number[9].is_ascii_uppercase();
    let doubled = |value: u32| if 2 * value > 9 { 2 * value - 9 } else { 2 * value };
    let sum: u32 =
        number.iter().enumerate().map(|(at, &c)| if at % 2 == 0 { doubled(base36(c)) } else { base36(c) }).sum();
    shape.then_some(sum.is_multiple_of(10))
}

/// Cod numeric personal: 13 digits by weights, modulo 11, 10 as 1 (law 105/1996, regulation).
fn romanian(number: &[u8]) -> Option<bool> {
    let digits = digits::<13>(number)?;
    let control = weighted(&digits[..12], &[2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11;
    Some(digits[12] == if control == 10 { 1 } else { control })
}

/// JMBG and EMŠO: 13 digits by weights 7–2 twice; the last makes the sum a multiple of 11 (law on the register of 1976,
/// Official Gazette 58/76).
fn yugoslav(number: &[u8]) -> Option<bool> {
    let digits = digits::<13>(number)?;
    Some((weighted(&digits[..12], &[7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) + digits[12]).is_multiple_of(11))
}

/// Personnummer: 10 digits, or 12 with the century, by Luhn's rule over the last 10 (law 1991:481 §18, SKV 704).
fn swedish(number: &[u8]) -> Option<bool> {
    let digits =
        digits::<10>(number).or_else(|| digits::<12>(number).and_then(|digits| digits.last_chunk::<10>().copied()))?;
    let doubled = |value: u32| value / 5 + 2 * value % 10;
    let sum: u32 = digits.iter().enumerate().map(|(at, &digit)| if at % 2 == 0 { doubled(digit) } else { digit }).sum();
    Some(sum.is_multiple_of(10))
}

fn base36(character: u8) -> u32 {
    char::from(character).to_digit(36).unwrap_or_default()
}

#[cfg(test)]
mod tests;
