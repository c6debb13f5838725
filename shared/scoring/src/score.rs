//! From lines to a number: a weighted mean of what was found, and caps for what no average may hide.

use acredita_domain::scoring::{Check, CheckName, CheckResult, Score};

/// No document passes on its looks: as long as its machine-readable zone was not read the score stays under 0.50, the least that any
/// configuration asks for.
pub(crate) const LOOKS_CAP: f64 = 0.49;
/// A picture of nothing, or no picture.
const NOTHING_CAP: f64 = 0.10;
/// The same picture for both sides: somebody tries, or has only half of the document.
const SAME_SIDES_CAP: f64 = 0.20;

/// How much a check counts. Blur hides what is printed, so it weighs most; glare hides a part; checks that mostly decide by their caps weigh
/// least. Checks that say nothing of the picture's quality have their own weights when they come.
const fn weight(name: CheckName) -> f64 {
    match name {
        CheckName::Sharpness => 3.0,
        CheckName::Resolution | CheckName::Exposure | CheckName::NotBlank => 2.0,
        CheckName::PictureDecodes | CheckName::Glare | CheckName::SidesDiffer => 1.0,
        CheckName::MrzRead | CheckName::MrzCheckDigits | CheckName::NationalControl | CheckName::NotExpired | CheckName::DeclaredMatch => 0.0,
    }
}

/// The most that the score may be, given one line.
const fn cap(name: CheckName, result: CheckResult) -> f64 {
    match (name, result) {
        (CheckName::PictureDecodes | CheckName::NotBlank, CheckResult::Fail) => NOTHING_CAP,
        (CheckName::SidesDiffer, CheckResult::Fail) => SAME_SIDES_CAP,
        // Without a front the portrait is missing; and without the zone there are only looks.
        (CheckName::PictureDecodes | CheckName::MrzRead, CheckResult::Inconclusive) => LOOKS_CAP,
        _ => 1.0,
    }
}

/// The score of a breakdown. Lines without a score of their own are no part of the mean: unknown is not failure.
pub(crate) fn overall(breakdown: &[Check]) -> Score {
    let scored = breakdown.iter().filter_map(|check| Some((weight(check.name), check.score?.value())));
    let (total, weights) = scored.fold((0.0, 0.0), |(total, weights), (weight, score)| (total + weight * score, weights + weight));
    let mean = if weights > 0.0 { total / weights } else { 0.0 };
    let most = breakdown.iter().map(|check| cap(check.name, check.result)).fold(1.0, f64::min);
    Score::new(mean.min(most))
}
