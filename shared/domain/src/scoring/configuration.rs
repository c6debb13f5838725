//! Which scores are enough.

use super::{Check, CheckName, CheckResult, Score, Verdict, table::rule};
use crate::vocabulary::names;

names! {
    /// The certainty required of an identity document's scoring.
    #[derive(Default)]
    ConfigurationName("is not one of LOW, MEDIUM, HIGH") {
        /// From 0.50.
        Low = "LOW",
        /// From 0.70.
        #[default]
        Medium = "MEDIUM",
        /// From 0.90.
        High = "HIGH",
    }
}

impl ConfigurationName {
    /// The lowest accepted score.
    pub const fn threshold(self) -> Score {
        match self {
            Self::Low => Score::new(0.5),
            Self::Medium => Score::new(0.7),
            Self::High => Score::new(0.9),
        }
    }

    /// Whether a check decides alone: if it failed, no score is enough.
    ///
    /// A forged, foreign or expired document fails under every configuration. MEDIUM also refuses a picture that is
    /// published elsewhere and another person's portrait; HIGH also pictures taken so that something may be hidden.
    pub fn is_decided_by(self, name: CheckName) -> bool {
        rule(name).cap_failed < self.threshold().value()
    }

    pub fn accepts(self, verdict: &Verdict) -> bool {
        verdict.score.cut() >= self.threshold() && !self.is_failed_by(verdict)
    }

    /// Whether a check that decides alone has failed.
    pub fn is_failed_by(self, verdict: &Verdict) -> bool {
        let failed = |check: &Check| check.result == CheckResult::Fail && self.is_decided_by(check.name);
        verdict.breakdown.iter().any(failed)
    }

    /// Whether somebody has to look at it: it falls short of the threshold, and reaches the score from which on the
    /// organisation reviews.
    pub fn leaves_to_review(self, verdict: &Verdict, from: Score) -> bool {
        (from..self.threshold()).contains(&verdict.score.cut()) && !self.is_failed_by(verdict)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(score: f64, failed: &[CheckName]) -> Verdict {
        let breakdown = failed.iter().map(|name| Check::new(*name, CheckResult::Fail)).collect();
        Verdict { score: Score::new(score), ..Verdict::of(breakdown, None) }
    }

    #[test]
    fn a_configuration_accepts_from_its_threshold_on() {
        for (configuration, threshold) in
            [(ConfigurationName::Low, 0.5), (ConfigurationName::Medium, 0.7), (ConfigurationName::High, 0.9)]
        {
            assert!(configuration.accepts(&verdict(threshold, &[])), "{configuration}");
            assert!(!configuration.accepts(&verdict(threshold - 0.0001, &[])), "{configuration}");
        }
    }

    #[test]
    fn a_decisive_check_that_failed_decides_alone() {
        for name in [
            CheckName::MrzCheckDigits,
            CheckName::NotExpired,
            CheckName::DeclaredMatch,
            CheckName::NameMatch,
            CheckName::Tampering,
        ] {
            assert!(!ConfigurationName::Low.accepts(&verdict(1.0, &[name])), "{name}");
        }
        assert!(ConfigurationName::Low.accepts(&verdict(1.0, &[CheckName::PortraitMatch])));
        assert!(!ConfigurationName::Medium.accepts(&verdict(1.0, &[CheckName::PortraitMatch])));
        assert!(ConfigurationName::Medium.accepts(&verdict(1.0, &[CheckName::Glare])));
        assert!(!ConfigurationName::High.accepts(&verdict(1.0, &[CheckName::Glare])));
        assert!(ConfigurationName::High.accepts(&verdict(1.0, &[CheckName::Sharpness])));
    }

    #[test]
    fn a_review_is_of_what_falls_short_and_has_not_failed() {
        let medium = ConfigurationName::Medium;
        let is_reviewed =
            |score, failed: &[CheckName]| medium.leaves_to_review(&verdict(score, failed), Score::new(0.5));
        assert!(is_reviewed(0.5, &[]) && is_reviewed(0.6999, &[CheckName::Glare]));
        assert!(!is_reviewed(0.4999, &[]) && !is_reviewed(0.7, &[]));
        assert!(!is_reviewed(0.6, &[CheckName::PortraitMatch]), "a decisive check failed");
        assert!(!medium.leaves_to_review(&verdict(0.75, &[]), Score::new(0.8)), "what is enough is not reviewed");
    }

    #[test]
    fn a_stricter_configuration_asks_for_everything_that_a_laxer_one_asks_for() {
        for pair in ConfigurationName::ALL.windows(2) {
            assert!(pair[0].threshold() < pair[1].threshold());
            assert!(CheckName::ALL.iter().all(|name| !pair[0].is_decided_by(*name) || pair[1].is_decided_by(*name)));
        }
    }
}
