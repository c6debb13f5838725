//! The pictures as such: their presence, and their quality. If a zone was read, the zone is measured.

use super::line::{failed, not_applicable, open, passed};
use crate::{
    quality::{self, Finding, JUDGES, Judge},
    sight::Sight,
};
use acredita_domain::{
    pictures::Side,
    scoring::{Check, CheckName, CheckResult, Reason, Score},
};

pub(super) fn checks(sights: &[Sight]) -> Vec<Check> {
    let mut lines = vec![decodes(sights)];
    lines.extend(JUDGES.map(|(name, judge)| worst(name, judge, sights)));
    lines
}

/// A [`acredita_domain::pictures::Picture`] has been decoded already: this only reports what there is.
fn decodes(sights: &[Sight]) -> Check {
    let name = CheckName::PictureDecodes;
    let has_front = sights.iter().any(|sight| sight.side() == Side::Front);
    let line = match (has_front, sights) {
        (true, _) => passed(name),
        (false, []) => failed(name, Reason::SideMissing),
        (false, _) => open(name, Reason::SideMissing),
    };
    let missing = (!has_front).then(|| "front: no picture was given".to_owned());
    let given = sights.iter().map(|sight| {
        format!("{}: {}, {} x {} pixels", sight.side().part(), sight.format, sight.view.width, sight.view.height)
    });
    line.noting(missing.into_iter().chain(given).collect::<Vec<_>>().join("; "))
}

/// One check on each picture: the worst side decides, and the measures of every side are noted.
fn worst(name: CheckName, judge: Judge, sights: &[Sight]) -> Check {
    let findings: Vec<(Side, Finding)> =
        sights.iter().map(|sight| (sight.side(), finding(name, judge, sight))).collect();
    let Some(worst) = findings.iter().map(|(_, finding)| finding).min_by(|a, b| a.score.total_cmp(&b.score)) else {
        return not_applicable(name);
    };
    let notes: Vec<String> =
        findings.iter().map(|(side, finding)| format!("{}: {}", side.part(), finding.note)).collect();
    let line = if worst.holds() {
        Check::new(name, CheckResult::Pass)
    } else {
        Check::new(name, CheckResult::Fail).because(worst.fault)
    };
    line.scored(Score::new(worst.score)).noting(notes.join("; "))
}

fn finding(name: CheckName, judge: Judge, sight: &Sight) -> Finding {
    let on_zone = sight.zone().and_then(|zone| quality::of_zone(name, &zone.quality));
    on_zone.unwrap_or_else(|| judge(&sight.view))
}
