//! Reads the printed side of identity documents, in plain Rust.
//!
//! Brightness comes from [`acredita_pictures`]; each stage is a module of its name: `resize` (the picture at the
//! detector's size) → `lines` (where print is) → `text` (what it says) → `letters` (what a zone calls by one name).
//! `portrait` says whether there is something like a face next to the print.
//!
//! # Bounds
//!
//! No picture makes it panic, and its [`Work`] is bounded. The text of a document is not in any `Debug` output, and
//! nothing is logged.

#![warn(missing_docs)]

mod above;
mod dates;
mod forced;
mod front;
mod geometry;
mod ink;
mod judgement;
mod labels;
mod layout;
mod letters;
mod lines;
mod models;
mod numbers;
mod portrait;
mod reader;
mod resize;
#[cfg(test)]
mod testing;
mod text;
mod work;

pub use dates::Date;
pub use front::{Extracted, Front, Scale};
pub use geometry::{Point, Quad};
pub use judgement::{Agreement, Expected, Judgement};
pub use labels::Label;
pub use layout::{Arrangement, Layout};
pub use models::Failure;
pub use portrait::{Face, Look, Portrait, Portraits};
pub use reader::Reader;
pub use work::Work;

/// The version that belongs to a result: the crate's, the revision of its rules, and the networks by the beginning of
/// their SHA-256. The same version reads the same in the same picture.
pub const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "+r6.7836a285.f3501a1a.3e1ccec4");
