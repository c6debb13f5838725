//! The trainer of the glyph network of `acredita-mrz`, and the programs `acredita-mrz` and `acredita-mrz-train`.
//!
//! Characters of a font are drawn as a camera would see them ([`scene`]): somewhat displaced, turned, bold or thin,
//! rounded, on patterned paper, blurred, noisy, compressed. [`model`] learns from an endless stream of them, and
//! [`pack`] turns what it learnt into bytes. Everything follows from the font and a seed; there is no other data.

pub mod camera;
pub mod glyphs;
pub mod learn;
pub mod measure;
pub mod model;
pub mod pack;
pub mod random;
pub mod scene;
