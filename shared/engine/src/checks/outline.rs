//! DOCUMENT_OUTLINE: the complete document is in the picture.

use super::line::{failed, not_applicable, open, passed};
use crate::{outline::Outline, printed::Printed, viewed::ViewedPicture};
use acredita_domain::scoring::{Check, CheckName, Reason};

pub(super) fn check(pictures: &[ViewedPicture], printed: Option<&Printed>) -> Check {
    let name = CheckName::DocumentOutline;
    let outline = |picture: &ViewedPicture| {
        let printed = printed.filter(|printed| printed.side == picture.side());
        Some((picture.side().part(), printed.map_or(picture.outline, |printed| printed.outline)?))
    };
    let outlines: Vec<(&str, Outline)> = pictures.iter().filter_map(outline).collect();
    let worst = outlines.iter().map(|(_, outline)| outline).max_by(|a, b| badness(a).total_cmp(&badness(b)));
    let line = match worst {
        None => return not_applicable(name).noting("only print shows where a document lies"),
        Some(Outline::Complete) => passed(name),
        Some(Outline::Unclear(_)) => open(name, Reason::CutOff),
        Some(Outline::CutOff(_)) => failed(name, Reason::CutOff),
    };
    line.noting(
        outlines.iter().map(|(side, outline)| format!("{side}: {}", said(outline))).collect::<Vec<_>>().join("; "),
    )
}

fn badness(outline: &Outline) -> f32 {
    match outline {
        Outline::Complete => 0.0,
        Outline::Unclear(_) => 1.0,
        Outline::CutOff(share) => 2.0 + share,
    }
}

fn said(outline: &Outline) -> String {
    match outline {
        Outline::Complete => "complete".to_owned(),
        Outline::Unclear(edges) => format!("{edges} of 4 edges seen"),
        Outline::CutOff(share) => format!("{:.1} % of its width outside the frame", share * 100.0),
    }
}
