//! The internal scoring engine: what can be told from the pictures of an identity document by our own means.
//!
//! [`InternalPictureReader`] turns untrusted bytes into brightness, within bounded memory; [`InternalScorer`] judges the pictures and
//! explains itself line by line. Nothing here reads the machine-readable zone: that is a reader of its own, and as long as it does not exist
//! every check that needs it says INCONCLUSIVE and no document passes, however well it was photographed.
//!
//! Way of a picture: `reader` (limits) → `jpeg` or `png` (checked decoders) → `orientation` (EXIF) → `quality` and `hash` (checks)
//! → `score` (weights and caps) → `scorer` (the port).

mod hash;
mod jpeg;
mod orientation;
mod png;
mod quality;
mod reader;
mod score;
mod scorer;
mod shrink;
#[cfg(test)]
mod synthetic;
mod zone;

pub use reader::InternalPictureReader;
pub use scorer::InternalScorer;
