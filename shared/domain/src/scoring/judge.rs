//! From checks to a number: a weighted mean of everything that could be judged, and caps for what an average must not
//! hide.

use super::{Check, CheckResult, Evidence, Reason, Score, table::rule};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Judgement {
    pub score: Score,
    /// The share, by weight, of the applicable checks that could be judged.
    pub coverage: Score,
}

/// Scores a breakdown by [`super::table`].
///
/// - A check counts by its own score, otherwise a pass as 1 and a failure as 0. An inconclusive check without a score
///   and one that does not apply are not part of the mean: unknown is not failure. `coverage` is the share of the
///   applicable checks that was counted.
/// - A failed check caps the score, and an inconclusive one may: see [`super::table::Rule`].
/// - No score exceeds the [ceiling](Evidence::ceiling) of its kind of evidence. Where nothing at all could be judged,
///   the score is the lowest ceiling: neither for nor against.
pub fn judge(breakdown: &[Check]) -> Judgement {
    let (mut total, mut counted, mut applicable) = (0.0, 0.0, 0.0);
    let mut most = Evidence::of(breakdown).ceiling();
    for check in breakdown {
        let rule = rule(check.name);
        // A check that only a missing side makes inapplicable is still to be judged.
        if check.result != CheckResult::NotApplicable || check.reason == Some(Reason::SideMissing) {
            applicable += rule.weight;
        }
        if let Some(value) = counts_as(check) {
            total += rule.weight * value;
            counted += rule.weight;
        }
        most = most.min(cap(check));
    }
    let mean = if counted > 0.0 { total / counted } else { Evidence::Nothing.ceiling() };
    let coverage = if applicable > 0.0 { counted / applicable } else { 0.0 };
    Judgement { score: Score::new(mean.min(most)), coverage: Score::new(coverage) }
}

/// The highest score that a line leaves. What nobody looked at says nothing about the document.
pub(super) fn cap(check: &Check) -> f64 {
    let rule = rule(check.name);
    match check.result {
        CheckResult::Fail => rule.cap_failed,
        CheckResult::Inconclusive if check.reason == Some(Reason::NotChecked) => 1.0,
        CheckResult::Inconclusive => rule.cap_unknown,
        CheckResult::Pass | CheckResult::NotApplicable => 1.0,
    }
}

fn counts_as(check: &Check) -> Option<f64> {
    match (check.result, check.score) {
        (CheckResult::NotApplicable, _) => None,
        (_, Some(score)) => Some(score.value()),
        (CheckResult::Pass, None) => Some(1.0),
        (CheckResult::Fail, None) => Some(0.0),
        (CheckResult::Inconclusive, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scoring::CheckName::{self, *};
    use CheckResult::{Fail, Inconclusive, NotApplicable, Pass};

    fn judged(lines: &[(CheckName, CheckResult)]) -> (f64, f64) {
        let breakdown: Vec<Check> = lines.iter().map(|(name, result)| Check::new(*name, *result)).collect();
        let Judgement { score, coverage } = judge(&breakdown);
        (score.value(), coverage.value())
    }

    #[test]
    fn what_holds_throughout_is_certain() {
        assert_eq!(
            judged(&[(MrzRead, Pass), (MrzCheckDigits, Pass), (Authenticity, Pass), (SidesDiffer, NotApplicable)]),
            (1.0, 1.0)
        );
    }

    #[test]
    fn unknown_is_not_failure_and_shows_in_the_coverage() {
        let (score, coverage) = judged(&[(MrzRead, Pass), (Authenticity, Pass), (NotExpired, Inconclusive)]);
        assert_eq!(score, 1.0);
        assert!((0.8..0.9).contains(&coverage), "{coverage}");
    }

    #[test]
    fn what_a_missing_side_would_show_lowers_the_coverage() {
        let breakdown = [Check::new(Sharpness, Pass), Check::new(MrzRead, NotApplicable).because(Reason::SideMissing)];
        let Judgement { score, coverage } = judge(&breakdown);
        assert_eq!(score.value(), Evidence::Nothing.ceiling());
        assert!(coverage.value() < 0.2, "{coverage:?}");
    }

    #[test]
    fn no_score_exceeds_what_its_kind_of_evidence_proves() {
        assert_eq!(
            judged(&[(MrzRead, Pass), (MrzCheckDigits, Pass), (DeclaredMatch, Pass)]).0,
            Evidence::Zone.ceiling()
        );
    }

    #[test]
    fn pictures_alone_prove_no_document() {
        for lines in [
            vec![(Sharpness, Pass)],
            vec![(Sharpness, Pass), (MrzRead, Inconclusive)],
            vec![(Sharpness, Pass), (MrzRead, NotApplicable)],
        ] {
            assert_eq!(judged(&lines).0, Evidence::Nothing.ceiling());
        }
    }

    #[test]
    fn where_nothing_could_be_judged_the_score_speaks_neither_for_nor_against() {
        assert_eq!(judged(&[]), (Evidence::Nothing.ceiling(), 0.0));
        assert_eq!(
            judged(&[(DocumentSupported, Inconclusive), (Authenticity, Inconclusive)]),
            (Evidence::Nothing.ceiling(), 0.0)
        );
    }

    #[test]
    fn a_failure_that_decides_outweighs_any_number_of_passes() {
        let good: Vec<_> = CheckName::ALL.iter().map(|name| (*name, Pass)).collect();
        assert_eq!(judged(&good), (1.0, 1.0));
        for (place, name) in CheckName::ALL.iter().enumerate() {
            let mut spoilt = good.clone();
            spoilt[place].1 = Fail;
            assert!(judged(&spoilt).0 <= rule(*name).cap_failed, "{name}");
        }
    }
}
