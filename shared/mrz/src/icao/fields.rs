//! The content of a zone, field by field.

use super::{
    date::{Date, ShortDate},
    format::Format,
    personal::Personal,
};

/// Sex, as it is printed. It may be shown in `Debug`: names and number reveal more about a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sex {
    /// `F`.
    Female,
    /// `M`.
    Male,
    /// A filler, or `X` as some states print it.
    Unspecified,
}

/// The end of a document's validity, as printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Expiry {
    /// Until this day.
    On(ShortDate),
    /// It does not expire: six fillers (Moldova), or the year 99 of Spain (9999-01-01 in print, for holders over 70)
    /// and of Italy.
    Never,
    /// The format has no field for it: the old French card.
    NotPrinted,
    /// The characters are not a date.
    Impossible,
}

/// A month of a year, as the issue of the old French card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct YearMonth {
    /// The two digits of the year.
    pub year: u8,
    /// 1–12.
    pub month: u8,
}

/// Surnames or given names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NamePart {
    /// Its components, separated by spaces.
    pub text: Personal,
    /// It reaches the end of its field, so it may have been truncated (Doc 9303 part 3 §4.6, "truncation").
    pub cut: bool,
}

/// A holder's name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Name {
    /// The primary identifier: surnames, or the only name.
    pub surname: NamePart,
    /// The secondary identifier: given names.
    pub given: NamePart,
}

/// The content of a zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fields {
    /// The format it was parsed in.
    pub format: Format,
    /// The document's code, of one or two characters: `P`, `ID`, `IX`.
    pub code: String,
    /// The issuing state or organisation.
    pub state: String,
    /// The complete document number.
    pub number: Personal,
    /// Whether the number was too long for its field and continues in the optional data.
    pub number_is_long: bool,
    /// Optional data, first and second, without the rest of a long number. Many states put a personal number there.
    pub optional: Vec<Personal>,
    /// Date of birth; `None` if it is impossible.
    pub birth: Option<ShortDate>,
    /// Sex; `None` if the character has no meaning.
    pub sex: Option<Sex>,
    /// The end of its validity.
    pub expiry: Expiry,
    /// Nationality.
    pub nationality: String,
    /// The month of issue, if it is in the zone.
    pub issued: Option<YearMonth>,
    /// The holder's name.
    pub name: Name,
    /// The longest validity of documents of the state, in years.
    pub(crate) longest_validity: u16,
}

impl Fields {
    /// Whether the document has expired on a day; `None` if that cannot be known.
    ///
    /// The old French card does not print it: ten years from its issue, fifteen for adults at an issue from 2004 on
    /// (decree 2013-1188). Only the month of issue is known, so the last day of that month counts.
    pub fn expired(&self, today: Date) -> Option<bool> {
        match self.expiry {
            Expiry::Never => Some(false),
            Expiry::NotPrinted => Some(self.french_expiry(today)? < today),
            Expiry::On(_) | Expiry::Impossible => Some(self.expiry_date(today)? < today),
        }
    }

    /// The printed last day of its validity. The zone has two digits for the year: the century is this one, unless no
    /// document of the state is valid for so long.
    pub fn expiry_date(&self, today: Date) -> Option<Date> {
        match self.expiry {
            Expiry::On(date) => date.as_expiry_within(self.longest_validity, today),
            Expiry::Never | Expiry::NotPrinted | Expiry::Impossible => None,
        }
    }

    fn french_expiry(&self, today: Date) -> Option<Date> {
        let YearMonth { year, month } = self.issued?;
        let first = |century: u16| Date::new(century + u16::from(year), month, 1);
        let issued = first(2000).filter(|&date| date <= today).or_else(|| first(1900))?;
        let adult = self.birth?.as_birth(today)?.years_until(issued) >= 18;
        let years = if adult && issued.year() >= 2004 { 15 } else { 10 };
        (28..=31).rev().find_map(|day| Date::new(issued.year() + years, month, day))
    }
}
