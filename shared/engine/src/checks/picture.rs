//! The pictures as such: their presence, and their quality. If a zone was read, the zone is measured.

use super::line::{failed, not_applicable, open, passed};
use crate::{
    quality::{self, Finding, JUDGES, Judge},
    viewed::ViewedPicture,
};
use acredita_domain::{
    pictures::Side,
    scoring::{Check, CheckName, CheckResult, Reason, Score},
};

pub(super) fn checks(pictures: &[ViewedPicture]) -> Vec<Check> {
    let mut lines = vec![decodes(pictures)];
    lines.extend(JUDGES.map(|(name, judge)| worst(name, judge, pictures)));
    lines
}

/// A [`acredita_domain::pictures::Picture`] has been decoded already: this only reports what there is.
fn decodes(pictures: &[ViewedPicture]) -> Check {
    let name = CheckName::PictureDecodes;
    let has_front = pictures.iter().any(|picture| picture.side() == Side::Front);
    let line = match (has_front, pictures) {
        (true, _) => passed(name),
        (false, []) => failed(name, Reason::SideMissing),
        (false, _) => open(name, Reason::SideMissing),
    };
    let missing = (!has_front).then(|| "front: no picture was given".to_owned());
    let given = pictures.iter().map(|picture| {
        let (side, view) = (picture.side().part(), &picture.view);
        format!("{side}: {}, {} x {} pixels", picture.cleaned.format, view.width, view.height)
    });
    line.noting(missing.into_iter().chain(given).collect::<Vec<_>>().join("; "))
}

/// One check on each picture: the worst side decides, and the measures of every side are noted.
fn worst(name: CheckName, judge: Judge, pictures: &[ViewedPicture]) -> Check {
    let findings: Vec<(Side, Finding)> =
        pictures.iter().map(|picture| (picture.side(), finding(name, judge, picture))).collect();
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

fn finding(name: CheckName, judge: Judge, picture: &ViewedPicture) -> Finding {
    let on_zone = picture.zone().and_then(|zone| quality::of_zone(name, &zone.quality));
    on_zone.unwrap_or_else(|| judge(&picture.view))
}
