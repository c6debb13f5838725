//! The one table of what a check counts: its weight, how far its failure lowers the score, and thereby which
//! configurations it decides alone.
//!
//! The weights are how a back office would rate evidence, not a fit to data: reading the zone and its digits counts
//! most, the declared data comes next, the quality of the picture least. They are relative; [`judge()`](super::judge()) divides by
//! those that apply.

use super::{CheckName, Evidence};

/// The version of the weights, caps and thresholds. It changes with any of them, so that scores of different tables can
/// be distinguished.
pub const TABLE_VERSION: &str = "2026-11e";

/// The highest score as long as nothing proves that there is an identity document, and that it is the declared one.
const UNPROVEN: f64 = Evidence::Nothing.ceiling();
/// Below `MEDIUM`.
const PART_HIDDEN: f64 = Evidence::Zone.ceiling();
/// Below `HIGH`.
const SEEN: f64 = Evidence::PrintedSide.ceiling();
const FREE: f64 = 1.0;

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rule {
    /// Its share of the mean, relative to the others.
    pub weight: f64,
    /// The highest score when it failed.
    pub cap_failed: f64,
    /// The highest score when it was inconclusive.
    pub cap_unknown: f64,
}

const fn weighs(weight: f64) -> Rule {
    Rule { weight, cap_failed: FREE, cap_unknown: FREE }
}

impl Rule {
    const fn capped(self, cap_failed: f64) -> Self {
        Self { cap_failed, ..self }
    }

    const fn when_unknown(self, cap_unknown: f64) -> Self {
        Self { cap_unknown, ..self }
    }
}

pub const fn rule(name: CheckName) -> Rule {
    match name {
        // The picture. One side of two is short of HIGH. What a bad picture hides shows in what cannot be read, so its
        // own weight is small; only glare may hide one thing and leave the rest readable.
        CheckName::PictureDecodes => weighs(0.0).capped(0.0).when_unknown(0.85),
        CheckName::Resolution | CheckName::Exposure => weighs(2.0),
        CheckName::Sharpness => weighs(3.0),
        CheckName::Glare => weighs(2.0).capped(0.85),
        CheckName::NotBlank => weighs(1.0).capped(0.10),
        CheckName::DocumentOutline => weighs(5.0).capped(PART_HIDDEN).when_unknown(PART_HIDDEN),
        CheckName::SidesDiffer => weighs(2.0).capped(0.40),
        CheckName::SidesConsistent => weighs(3.0).capped(0.40),
        // The kind of document.
        CheckName::DocumentSupported => weighs(0.0),
        CheckName::IdentityDocument => weighs(10.0).capped(0.10).when_unknown(UNPROVEN),
        // The zone. Missing where it is required is worse than unreadable.
        CheckName::MrzRead => weighs(20.0).capped(0.30).when_unknown(UNPROVEN),
        CheckName::MrzCheckDigits => weighs(20.0).capped(0.15),
        CheckName::NationalControl => weighs(10.0).capped(0.20),
        CheckName::NotExpired => weighs(6.0).capped(0.40),
        CheckName::DatesPlausible => weighs(4.0).capped(0.40),
        // The declared data.
        CheckName::KindMatch => weighs(5.0).capped(0.10),
        // Ownership must be established: another person's document is genuine too.
        CheckName::DeclaredMatch => weighs(10.0).capped(0.10).when_unknown(UNPROVEN),
        // A name that partly matches is short of HIGH.
        CheckName::NameMatch => weighs(10.0).capped(0.25).when_unknown(0.85),
        // The printed side. It is read so that a zone cannot stand for a document: see [`Evidence`].
        CheckName::LooksLikeDocument => weighs(5.0).capped(UNPROVEN),
        CheckName::PortraitPresent => weighs(3.0),
        CheckName::DataConsistent => weighs(10.0).capped(0.40),
        // What only providers can check.
        CheckName::Tampering => weighs(10.0).capped(0.15),
        CheckName::Authenticity => weighs(20.0).capped(0.15),
        CheckName::OriginalCaptured => weighs(10.0).capped(0.40),
        CheckName::SuspiciousWords => weighs(5.0).capped(0.40),
        CheckName::NotPublished => weighs(5.0).capped(0.60),
        CheckName::PortraitMatch => weighs(5.0).capped(0.60),
        // What was seen before. That it was not proves nothing, so it weighs nothing.
        CheckName::RepeatedPicture | CheckName::NumberWithOtherName => weighs(0.0).capped(SEEN).when_unknown(SEEN),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cap_is_a_score_and_every_weight_counts_up() {
        for name in CheckName::ALL {
            let rule = rule(*name);
            assert!(
                (0.0..=1.0).contains(&rule.cap_failed) && (0.0..=1.0).contains(&rule.cap_unknown) && rule.weight >= 0.0,
                "{name}"
            );
            assert!(rule.cap_failed <= rule.cap_unknown, "{name}: what failed is not better than what is unknown");
        }
    }
}
