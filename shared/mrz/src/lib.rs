//! Reads machine-readable zones (ICAO Doc 9303) in pictures of identity documents, in plain Rust.
//!
//! The bytes of a JPEG or PNG go in; every zone comes out with its text, the confidence of each character, its position
//! and the quality of the picture there. No native library, no network access, no model to download: the glyph network
//! is trained from a free font by our own tool and is part of the crate.
//!
//! ```
//! use acredita_mrz::{Options, Reader, Status, icao::Format};
//!
//! # fn main() -> Result<(), acredita_pictures::Fault> {
//! let luma = acredita_pictures::decode(include_bytes!("../tests/pictures/passport.jpg"))?;
//! let reading = Reader::new().read(&luma, Options::default());
//!
//! assert_eq!(reading.status, Status::Read);
//! let zone = reading.accepted().expect("every character is sure and all check digits hold");
//! assert_eq!(zone.format, Format::Td3);
//! assert!(zone.texts()[0].starts_with("P<"));
//! # Ok(())
//! # }
//! ```
//!
//! # Stages
//!
//! Brightness comes from [`acredita_pictures`]; each stage is a module of its name.
//!
//! `find`: `pyramid` (the picture at all sizes) → `threshold` (ink) → `components` (connected ink) → `chains`
//! (components at one distance: only zones have a fixed pitch, and it looks the same at every angle) → `candidates`
//! (parallel chains) → `grid` (a plane in perspective, and paper that bends).
//!
//! `read`: `sheet` (every cell, seen by the `network`) → `window` (where the lines begin) → `positions`, `spelling` and
//! `twins` (the allowed characters) → `repair` (check digits) and `ambiguity` (errors that they do not reveal) →
//! `decode` → `quality` → `zones`.
//!
//! `search` decides the order, and what to skip. [`icao`] interprets the text.
//!
//! # What a reading is worth
//!
//! [`Zone::accepted`] means that the text is as printed. It does not mean that the document is genuine: anybody can
//! print a valid zone. A zone that was read without doubt and whose check digits are wrong was printed that way, which
//! is a sign of tampering; a doubtful reading with wrong digits is a poor picture. The two are never confused: see
//! [`Status`].
//!
//! # Bounds
//!
//! No bytes make it panic. Memory is that of the picture's brightness, a third of it for smaller versions, and some ten
//! megabytes. Work is bounded by [`Options`]; the library never reads a clock. The text of a zone is not in any `Debug`
//! output, and nothing is logged.

#![warn(missing_docs)]

mod budget;
mod find;
pub mod icao;
mod read;
mod reader;
mod reading;
mod search;

pub use budget::Options;
pub use read::{cells, network};
pub use reader::Reader;
pub use reading::{Line, Point, Quality, Reading, Status, Text, Zone};

/// Identifies this reader: the version of the crate, the revision of its readings, and the CRC-32 of its weights. With
/// the same version, on one architecture, a picture gives the same reading; a change that reads any test picture
/// differently must raise the revision, which a test enforces.
pub const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "+r5.", "ocr-b.", "979c5459");
