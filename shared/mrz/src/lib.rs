//! Machine-readable zones (ICAO Doc 9303) out of pictures of identity documents, in plain Rust.
//!
//! The bytes of a JPEG or PNG go in; every zone comes out with its text, how sure each character is, where it is and
//! how good the picture is there. No native library, no network, no model to download: the glyph network is trained
//! from a free font by our own tool and is part of the crate.
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
//! `find`: `pyramid` (the picture in all sizes) → `threshold` (ink) → `components` (connected ink) → `chains`
//! (components at one distance: fixed pitch is what other text does not have, and it looks the same at every angle) →
//! `candidates` (parallel chains) → `grid` (a plane in perspective, and paper that bends).
//!
//! `read`: `sheet` (every cell, seen by the `network`) → `window` (where the lines begin) → `positions`, `spelling` and
//! `twins` (what may stand where) → `repair` (check digits) and `ambiguity` (what they do not tell) → `decode` →
//! `quality` → `zones`.
//!
//! `search` says in which order, and what need not be looked at. [`icao`] says what the text means.
//!
//! # What a reading is worth
//!
//! [`Zone::accepted`] says that the text is what is printed. It does not say that the document is genuine: anybody can
//! print a sound zone. A zone that was read without doubt and whose check digits are wrong was printed so, which is a
//! sign of tampering; a doubtful reading with wrong digits is a poor picture. The two are never mixed: see [`Status`].
//!
//! # Bounds
//!
//! No bytes make it panic. Memory is that of the picture's brightness, a third of it for smaller versions, and some ten
//! megabytes. Work is bounded by [`Options`]; the library never asks for the time. Text of a zone is not in any `Debug`
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

/// Which reader this is: the version of the crate, the revision of what it reads, and the CRC-32 of its weights. Where
/// it is the same, on one architecture, the same reading comes out of the same picture; a change that reads any test
/// picture otherwise must raise the revision, and a test says so.
pub const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "+r2.", "ocr-b.", "979c5459");
