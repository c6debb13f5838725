//! The content of a machine-readable zone: ICAO Doc 9303, as pure functions over text.
//!
//! Nothing here looks at pictures, reads a clock or does I/O. [`format`](mod@format) holds the layouts as tables, which
//! the decoder of pictures uses too; [`parse`](fn@parse) turns lines into fields; [`names`], [`confusable`] and
//! [`countries`] compare them with declared data and with the rules of a state.
//!
//! A zone without faults proves that it was read correctly, not that the document is genuine: anybody can print one.

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
