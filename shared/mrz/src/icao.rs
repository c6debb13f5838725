//! What a machine-readable zone says: ICAO Doc 9303, as pure functions over text.
//!
//! Nothing here looks at pictures, reads a clock or talks to anybody. [`format`](mod@format) holds the layouts as
//! tables, which the decoder of pictures uses too; [`parse`](fn@parse) makes fields of lines; [`names`],
//! [`confusable`], [`national`] and [`spain`] judge them against what somebody declared and what a state prescribes.
//!
//! A zone that is right in everything proves that it was read faithfully, not that the document is genuine: anybody can
//! print one.

pub mod alphabet;
pub mod check_digit;
pub mod confusable;
pub mod date;
pub mod format;
pub mod names;
pub mod national;
mod parse;
mod personal;
#[cfg(test)]
mod samples;
pub mod spain;
pub mod states;
pub mod transliteration;

pub use date::Date;
pub use format::Format;
pub use parse::{Expiry, Fields, Name, NamePart, NotAZone, Parsed, Problem, Sex, YearMonth, parse, parse_as};
pub use personal::Personal;

/// How something that was declared compares with what was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// They are the same.
    Match,
    /// They may be the same: shortened, in another order, or one shape apart. A person should look.
    Doubtful,
    /// They are different.
    Mismatch,
}
