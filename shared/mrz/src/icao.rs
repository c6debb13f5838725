//! What a machine-readable zone says: ICAO Doc 9303, as pure functions over text.
//!
//! Nothing here looks at pictures, reads a clock or talks to anybody. [`format`](mod@format) holds the layouts as
//! tables, which the decoder of pictures uses too; [`parse`](fn@parse) makes fields of lines; [`names`], [`confusable`]
//! and [`countries`] judge them against what somebody declared and what a state prescribes.
//!
//! A zone that is right in everything proves that it was read faithfully, not that the document is genuine: anybody can
//! print one.

mod agreement;
pub mod alphabet;
pub mod check_digit;
pub mod confusable;
mod control;
pub mod countries;
mod country;
pub mod date;
mod fields;
pub mod format;
pub mod names;
mod parse;
mod personal;
#[cfg(test)]
mod samples;
pub mod states;
pub mod transliteration;

pub use agreement::Agreement;
pub use control::{Control, ControlledNumber};
pub use country::Kind;
pub use date::Date;
pub use fields::{Expiry, Fields, Name, NamePart, Sex, YearMonth};
pub use format::Format;
pub use parse::{NotAZone, Parsed, Problem, parse, parse_as};
pub use personal::Personal;
