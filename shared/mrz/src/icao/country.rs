//! The peculiarities of a state's documents, and the default for states without any.

use super::{
    agreement::Agreement,
    alphabet::FILLER,
    confusable::compare_numbers,
    date::{Date, LONGEST_VALIDITY},
    fields::Fields,
    format::Format,
    personal::Personal,
};

/// The kind of document, as forms ask for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Any visa.
    Visa,
    /// Any passport.
    Passport,
    /// A card without a kind of its own.
    IdentityCard,
    /// The card of a Spanish citizen (DNI), identified by its NIF.
    Nif,
    /// The card of a foreigner in Spain, identified by its NIE.
    Nie,
}

/// The rules of a state. One file each, in `countries/`, which sets the differences from [`STANDARD`].
pub(super) struct Country {
    /// The codes in its zones: several if states share their rules.
    pub(super) codes: &'static [&'static str],
    /// The kind of document; `None` for unknown layouts.
    pub(super) kind: fn(&Fields) -> Option<Kind>,
    /// The number by which its holder knows the document; `None` if it is not printed.
    pub(super) holder_number: fn(&Fields) -> Option<Personal>,
    /// Other ways in which holders write a number of theirs, besides those with a control: only such as belong to one
    /// person.
    pub(super) further_numbers: fn(&Fields) -> Vec<String>,
    /// Compares a declared number with those of the document that are no numbers of its holder for sure.
    pub(super) compare_number: fn(&Fields, &str) -> Agreement,
    /// The numbers that may have a control, in the order in which they are tried.
    pub(super) controlled: fn(&Fields) -> Vec<String>,
    /// Whether the control of a number holds, given in capitals and digits only; `None` for numbers of other shapes,
    /// because states change their numbers, and only certain errors are called broken.
    pub(super) control: fn(&[u8]) -> Option<bool>,
    /// Whether the year 99 stands for documents that never expire.
    pub(super) year_99_is_never: bool,
    /// No document is valid for longer than this, in years.
    pub(super) longest_validity: u16,
    /// The least age of a holder of a document that is valid until this day (`None`: for ever), today; 0 if it says
    /// nothing. It decides the century of birth, for which the zone has no digits.
    pub(super) least_age: fn(&Fields, until: Option<Date>, today: Date) -> u16,
}

/// The rules of Doc 9303 alone.
pub(super) const STANDARD: Country = Country {
    codes: &[],
    kind,
    holder_number,
    further_numbers: |_| Vec::new(),
    compare_number,
    controlled,
    control: |_| None,
    year_99_is_never: false,
    longest_validity: LONGEST_VALIDITY,
    least_age: |_, _, _| 0,
};

fn kind(fields: &Fields) -> Option<Kind> {
    Some(match fields.format {
        Format::MrvA | Format::MrvB => Kind::Visa,
        Format::Td3 => Kind::Passport,
        Format::Td1 | Format::Td2 | Format::FrenchId => Kind::IdentityCard,
    })
}

/// The document's own number. A visa has none.
fn holder_number(fields: &Fields) -> Option<Personal> {
    (kind(fields) != Some(Kind::Visa) && !fields.number.is_empty()).then(|| fields.number.clone())
}

/// The document's own number, or the personal number that many states put into the optional data.
pub(super) fn compare_number(fields: &Fields, declared: &str) -> Agreement {
    let optional = fields.optional.iter().filter(|data| !data.is_empty());
    optional.fold(compare_numbers(declared, fields.number.as_str()), |best, data| {
        best.max(compare_numbers(declared, data.as_str()))
    })
}

/// Optional data up to the first filler, and all of it: the Dutch card has a digit of its own after the number, the
/// Latvian number contains a hyphen. Then the document number: permits for foreigners have numbers of other kinds; the
/// rules are for cards and passports.
fn controlled(fields: &Fields) -> Vec<String> {
    let optional = fields.optional.iter().map(Personal::as_str);
    let optional = optional.flat_map(|data| [data.split(char::from(FILLER)).next().unwrap_or_default(), data]);
    let own = matches!(fields.code.as_str(), "I" | "ID") || fields.code.starts_with('P');
    optional.filter(|data| !data.is_empty()).chain(own.then(|| fields.number.as_str())).map(str::to_owned).collect()
}
