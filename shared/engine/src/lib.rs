//! The internal scoring engine: the evidence that our own means find in the pictures of an identity document.
//!
//! [`InternalPictureValidator`] accepts or refuses untrusted bytes, within bounded memory; [`InternalScorer`] reads the
//! machine-readable zone with `acredita-mrz` and the printed side with `acredita-front`, judges what they say and the
//! quality of the pictures, and explains itself line by line. No document passes on its looks alone, and none on text
//! that anybody can type. [`InternalCardVerifier`] verifies the Spanish card on the phone with `acredita-seals`.
//!
//! A picture's way: `pictures` (limits, and the checked decoders of [`acredita_pictures`]) → `viewed` (what is seen and
//! read) → `checks` (lines) → `scorer` (the port); the weight of each check is in [`acredita_domain::scoring::table`].

mod cards;
mod checks;
mod comparison;
mod document;
mod hash;
mod memory;
mod numbers;
mod outline;
mod pictures;
mod printed;
mod quality;
mod scorer;
mod shrink;
#[cfg(test)]
mod synthetic;
mod viewed;

pub use cards::{CertificateSource, InternalCardVerifier, TrustedCertificates};
pub use comparison::InternalComparison;
pub use memory::PictureMemory;
pub use numbers::InternalDocumentNumberReader;
pub use pictures::InternalPictureValidator;
pub use scorer::InternalScorer;
