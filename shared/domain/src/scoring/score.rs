//! A score.

use serde::{Deserialize, Serialize};

/// Between 0 (certainly not) and 1 (certainly), kept in hundredths of a percent so that it is exact everywhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Score(u16);

impl Score {
    pub const ZERO: Self = Self(0);
    pub const ONE: Self = Self(10_000);

    /// The highest score that does not exceed `value`, which is clamped to 0..=1. NaN becomes 0: a score that cannot be
    /// computed proves nothing.
    pub const fn new(value: f64) -> Self {
        // Far less than a hundredth of a percent: 0.93 × 10,000 must not become 9,299 for a lack of binary digits.
        const ROUNDING: f64 = 1e-6;
        // The cast truncates.
        Self((value.clamp(0.0, 1.0) * 10_000.0 + ROUNDING) as u16)
    }

    /// Cut to hundredths: as it is compared with a threshold and shown.
    pub const fn cut(self) -> Self {
        Self(self.0 / 100 * 100)
    }

    /// As a fraction.
    pub const fn value(self) -> f64 {
        self.0 as f64 / 10_000.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_stays_between_0_and_1() {
        for (value, score) in [(-1.0, 0.0), (f64::NAN, 0.0), (0.93, 0.93), (7.0, 1.0)] {
            assert_eq!(Score::new(value).value(), score);
        }
    }

    #[test]
    fn a_score_is_cut_and_not_rounded() {
        for (value, cut) in [(0.8999, 0.89), (0.9, 0.9), (0.699_96, 0.69), (0.0099, 0.0), (1.0, 1.0)] {
            assert_eq!(Score::new(value).cut().value(), cut, "{value}");
        }
    }
}
