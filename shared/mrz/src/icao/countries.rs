//! The peculiarities of states' documents. Each state is a file here, and a line in `COUNTRIES`.
//!
//! Holders know a document by a number that need not be the document's own: only [`holder_number`] decides which.
//! States without a file follow Doc 9303; Germany, France and others have no control in their numbers.

mod baltic;
mod be;
mod es;
mod hr;
mod hu;
mod it;
mod lv;
mod nl;
mod pl;
mod pt;
mod ro;
mod ru;
mod se;
mod yugoslav;

use super::{
    agreement::Agreement,
    confusable,
    control::{Control, ControlledNumber},
    country::{Country, Kind, STANDARD},
    date::Date,
    fields::{Expiry, Fields},
    personal::Personal,
    states,
};

static COUNTRIES: [Country; 14] = [
    baltic::ESTONIA_AND_LITHUANIA,
    be::BELGIUM,
    es::SPAIN,
    hr::CROATIA,
    hu::HUNGARY,
    it::ITALY,
    lv::LATVIA,
    nl::NETHERLANDS,
    pl::POLAND,
    pt::PORTUGAL,
    ro::ROMANIA,
    ru::RUSSIA,
    se::SWEDEN,
    yugoslav::SUCCESSORS_OF_YUGOSLAVIA,
];

/// The rules for a code as zones print it.
fn of(state: &str) -> &'static Country {
    let has = |country: &&Country| country.codes.iter().any(|code| states::same(code, state));
    COUNTRIES.iter().find(has).unwrap_or(&STANDARD)
}

/// The kind of document; `None` for unknown layouts of a state.
pub fn kind(fields: &Fields) -> Option<Kind> {
    (of(&fields.state).kind)(fields)
}

/// The number by which its holder knows the document; `None` if it is not printed, and for visas.
pub fn holder_number(fields: &Fields) -> Option<Personal> {
    (of(&fields.state).holder_number)(fields)
}

/// Every number by which its holder may know the document, the one of [`holder_number`] first: national numbers in the
/// optional data whose control holds, and shorter ways to write them. Each belongs to one person. Empty if
/// [`holder_number`] has none.
pub fn holder_numbers(fields: &Fields) -> Vec<Personal> {
    let country = of(&fields.state);
    let Some(own) = (country.holder_number)(fields) else { return Vec::new() };
    let national =
        (country.controlled)(fields).into_iter().filter(|number| control_of(country, number) == Control::Holds);
    let further = national.chain((country.further_numbers)(fields)).map(Personal::new);
    further.fold(vec![own], |mut numbers, number| {
        if !numbers.contains(&number) {
            numbers.push(number);
        }
        numbers
    })
}

/// Compares a declared number with those of the document that its holder may give.
pub fn compare_number(fields: &Fields, declared: &str) -> Agreement {
    let numbers = holder_numbers(fields).into_iter();
    numbers
        .map(|number| confusable::compare_numbers(declared, number.as_str()))
        .fold((of(&fields.state).compare_number)(fields, declared), Agreement::max)
}

/// The document's number with a control of its state, wherever the state puts it.
pub fn controlled_number(fields: &Fields) -> Option<ControlledNumber> {
    let numbers = (of(&fields.state).controlled)(fields).into_iter();
    numbers
        .map(|number| (control(&fields.state, &number), number))
        .find(|(control, _)| *control != Control::Unknown)
        .map(|(control, number)| ControlledNumber { number: Personal::new(number), control })
}

/// Checks a number by the rules of a state (three letters, as a zone prints it). Case, spaces, hyphens and fillers are
/// ignored.
pub fn control(state: &str, number: &str) -> Control {
    control_of(of(state), number)
}

fn control_of(country: &Country, number: &str) -> Control {
    match (country.control)(&confusable::bare(number)) {
        Some(true) => Control::Holds,
        Some(false) => Control::Broken,
        None => Control::Unknown,
    }
}

/// The day of birth. The zone has two digits for the year: the century is the latest in which the holder is old enough
/// for a document that is valid for so long. `None` if a part of the date is unknown.
pub fn birth_date(fields: &Fields, today: Date) -> Option<Date> {
    let until = match fields.expiry {
        Expiry::Never => Some(None),
        Expiry::On(_) => fields.expiry_date(today).map(Some),
        Expiry::NotPrinted | Expiry::Impossible => None,
    };
    let age = until.map_or(0, |until| (of(&fields.state).least_age)(fields, until, today));
    let birth = fields.birth?;
    let of_age = birth.as_birth_of_age(age, today).filter(|date| date.years_until(today) <= OLDEST);
    of_age.or_else(|| birth.as_birth(today))
}

/// In years: rules of validity speak of an age at which documents last longer, and not every document keeps them. They
/// are no reason to believe in a holder this old.
const OLDEST: u16 = 110;

/// The longest validity of documents of a state, in years.
pub(super) fn longest_validity(state: &str) -> u16 {
    of(state).longest_validity
}

/// Whether the year 99 stands for documents of a state that never expire.
pub(super) fn year_99_is_never(state: &str) -> bool {
    of(state).year_99_is_never
}

#[cfg(test)]
mod tests;
