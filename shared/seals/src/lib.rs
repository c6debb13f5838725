//! Visible digital seals (ICAO Doc 9303, part 13): bytes in; header, features and signature out, verified with a set of
//! certificates. [`midni`] is the profile of the Spanish identity card on the phone.
//!
//! ```no_run
//! use acredita_seals::{Certificates, midni};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut certificates = Certificates::default();
//! certificates.add(&std::fs::read("APPDNIMOVIL.pem")?)?;
//! match midni::verify(&std::fs::read("code.bin")?, &certificates, chrono::Utc::now()) {
//!     Ok(card) => println!("{} {}", card.kind.as_str(), card.document_number),
//!     Err(refusal) => println!("{}: {refusal}", refusal.code()),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! No bytes make it panic. The data of a person is in no `Debug`, no error and no log.

#![warn(missing_docs)]

pub mod c40;
mod certificates;
mod date;
mod features;
pub mod midni;
pub mod picture;
mod reference;
mod refusal;
mod seal;
pub mod thumbnail;
mod write;

pub use certificates::{Certificates, NotACertificate, ONLY_FOR_TESTS};
pub use features::Features;
pub use reference::Reference;
pub use refusal::{CertificateFault, Fault, Refusal};
pub use seal::{Header, Seal};
pub use write::Draft;
