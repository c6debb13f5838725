//! The evidence of a picture without knowing its subject. Each check is a module with one function from a [`View`] to a
//! [`Finding`]; [`of_zone`] makes the same findings if a machine-readable zone was read.
//!
//! All but the resolution look at the picture at one size ([`crate::shrink::LOOK_AT`]), so their thresholds are in
//! pixels of that size, and in brightness levels of 0..=255.

mod blank;
mod exposure;
mod finding;
mod glare;
mod levels;
mod regions;
mod resolution;
mod sharpness;
mod view;
mod zone;

pub(crate) use finding::Finding;
pub(crate) use view::View;
pub(crate) use zone::of_zone;

use acredita_domain::scoring::CheckName;

pub(crate) type Judge = fn(&View) -> Finding;

/// The checks, in the order of the breakdown.
pub(crate) const JUDGES: [(CheckName, Judge); 5] = [
    (CheckName::Resolution, resolution::judge),
    (CheckName::Sharpness, sharpness::judge),
    (CheckName::Exposure, exposure::judge),
    (CheckName::Glare, glare::judge),
    (CheckName::NotBlank, blank::judge),
];

#[cfg(test)]
mod tests;
