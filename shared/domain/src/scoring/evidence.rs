//! The kinds of evidence of a document, and the highest score that each allows: however good everything else is, a
//! score cannot exceed what its evidence proves.

use super::{
    Check,
    CheckName::{self, *},
    CheckResult::{self, *},
    Reason,
};

/// Weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Evidence {
    /// No sign of a document, or a side that shows none: good pictures prove nothing.
    Nothing,
    /// A machine-readable zone, which anybody can type; or a provider's word that this is a document.
    Zone,
    /// A zone, and a printed side that says the same, looks like that document and bears a portrait. Anybody who can
    /// draw it well enough can make it.
    PrintedSide,
    /// Someone looked for what only a genuine document has, or for the traces of an alteration.
    Authenticity,
}

impl Evidence {
    /// Whether a pass of this check is evidence of an identity document at all.
    pub const fn is_shown_by(name: CheckName) -> bool {
        matches!(name, IdentityDocument | MrzRead | Authenticity)
    }

    /// The highest score: for `LOW`, `MEDIUM` and `HIGH`, a margin below the next threshold.
    pub const fn ceiling(self) -> f64 {
        match self {
            Self::Nothing => 0.49,
            Self::Zone => 0.69,
            Self::PrintedSide => 0.89,
            Self::Authenticity => 1.0,
        }
    }

    /// What the lines of a breakdown establish.
    pub fn of(breakdown: &[Check]) -> Self {
        let lines = Lines(breakdown);
        if lines.are(LooksLikeDocument, Fail) || !lines.show_a_document() {
            Self::Nothing
        } else if lines.establish_authenticity() {
            Self::Authenticity
        } else if lines.agree_with_the_print() {
            Self::PrintedSide
        } else {
            Self::Zone
        }
    }
}

struct Lines<'a>(&'a [Check]);

impl Lines<'_> {
    fn of(&self, name: CheckName) -> Option<&Check> {
        self.0.iter().find(|check| check.name == name)
    }

    fn are(&self, name: CheckName, result: CheckResult) -> bool {
        self.of(name).is_some_and(|check| check.result == result)
    }

    fn show_a_document(&self) -> bool {
        self.0.iter().any(|check| Evidence::is_shown_by(check.name) && check.result == Pass)
    }

    /// A provider that makes no line of its own about authenticity answers for it where it looked for alterations of
    /// what it takes for a document.
    fn establish_authenticity(&self) -> bool {
        match self.of(Authenticity) {
            Some(line) => line.result == Pass,
            None => self.are(IdentityDocument, Pass) && self.are(Tampering, Pass),
        }
    }

    fn agree_with_the_print(&self) -> bool {
        let hint = |line: &Check| {
            line.result == Fail
                || matches!(line.reason, Some(Reason::Photocopy | Reason::ScreenRecapture | Reason::PrintAttack))
        };
        [MrzRead, DataConsistent, LooksLikeDocument, PortraitPresent].into_iter().all(|name| self.are(name, Pass))
            && !self.of(OriginalCaptured).is_some_and(hint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A good pair of pictures, as our own engine sees it.
    const PAIR: [(CheckName, CheckResult); 7] = [
        (IdentityDocument, Pass),
        (MrzRead, Pass),
        (LooksLikeDocument, Pass),
        (DataConsistent, Pass),
        (PortraitPresent, Pass),
        (Authenticity, Inconclusive),
        (OriginalCaptured, Inconclusive),
    ];

    fn evidence(lines: &[(CheckName, CheckResult)]) -> Evidence {
        Evidence::of(&lines.iter().map(|(name, result)| Check::new(*name, *result)).collect::<Vec<_>>())
    }

    fn with(name: CheckName, result: CheckResult) -> Evidence {
        let mut lines: Vec<_> = PAIR.into_iter().filter(|(other, _)| *other != name).collect();
        lines.push((name, result));
        evidence(&lines)
    }

    #[test]
    fn a_zone_that_its_printed_side_confirms_is_more_than_a_zone_and_less_than_authentic() {
        assert_eq!(evidence(&PAIR), Evidence::PrintedSide);
        assert_eq!(with(Authenticity, Pass), Evidence::Authenticity);
    }

    #[test]
    fn without_one_part_of_the_printed_side_a_zone_is_only_a_zone() {
        for name in [DataConsistent, LooksLikeDocument, PortraitPresent] {
            for result in [Inconclusive, NotApplicable] {
                assert_eq!(with(name, result), Evidence::Zone, "{name} {result}");
            }
            let without: Vec<_> = PAIR.into_iter().filter(|(other, _)| *other != name).collect();
            assert_eq!(evidence(&without), Evidence::Zone, "no {name}");
        }
        assert_eq!(with(OriginalCaptured, Fail), Evidence::Zone);
    }

    #[test]
    fn a_hint_at_a_copy_takes_the_printed_side_away() {
        for reason in [Reason::Photocopy, Reason::ScreenRecapture, Reason::PrintAttack] {
            let mut lines: Vec<_> = PAIR.iter().map(|(name, result)| Check::new(*name, *result)).collect();
            lines[6].reason = Some(reason);
            assert_eq!(Evidence::of(&lines), Evidence::Zone, "{reason}");
            lines[6].reason = Some(Reason::NotChecked);
            assert_eq!(Evidence::of(&lines), Evidence::PrintedSide);
        }
    }

    #[test]
    fn a_side_that_is_no_such_document_is_nothing_whatever_the_other_says() {
        assert_eq!(with(LooksLikeDocument, Fail), Evidence::Nothing);
        assert_eq!(evidence(&[(MrzRead, Pass), (Authenticity, Pass), (LooksLikeDocument, Fail)]), Evidence::Nothing);
    }

    #[test]
    fn good_pictures_are_no_evidence() {
        assert_eq!(evidence(&[(Sharpness, Pass), (MrzRead, Inconclusive), (Tampering, Pass)]), Evidence::Nothing);
    }

    #[test]
    fn a_provider_without_a_line_for_authenticity_answers_for_alterations() {
        assert_eq!(evidence(&[(IdentityDocument, Pass), (Tampering, Pass)]), Evidence::Authenticity);
        assert_eq!(evidence(&[(IdentityDocument, Pass), (Tampering, Inconclusive)]), Evidence::Zone);
        let undecided = [(IdentityDocument, Pass), (Tampering, Pass), (Authenticity, Inconclusive)];
        assert_eq!(evidence(&undecided), Evidence::Zone);
    }

    #[test]
    fn every_kind_stays_below_the_next_configuration() {
        use crate::scoring::{ConfigurationName, Score};
        let kinds = [Evidence::Nothing, Evidence::Zone, Evidence::PrintedSide];
        for (kind, next) in kinds.into_iter().zip(ConfigurationName::ALL) {
            assert!(Score::new(kind.ceiling()) < next.threshold(), "{kind:?} {next}");
        }
    }
}
