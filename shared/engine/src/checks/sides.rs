//! Front and back: two pictures, and one document.

use super::line::{failed, not_applicable, open, passed};
use crate::{
    document::Document,
    hash::{self, Resemblance},
    sight::Sight,
};
use acredita_domain::scoring::{Check, CheckName, Reason};

pub(super) fn checks(sights: &[Sight]) -> [Check; 2] {
    [differ(sights), consistent(sights)]
}

fn differ(sights: &[Sight]) -> Check {
    let name = CheckName::SidesDiffer;
    let [front, back] = sights else {
        return not_applicable(name);
    };
    match hash::compare(&front.view.small, &back.view.small) {
        Resemblance::Different => passed(name),
        Resemblance::Same => failed(name, Reason::SidesAreTheSame),
        Resemblance::Unclear => open(name, Reason::Blank).noting("a plain picture cannot be compared"),
    }
}

/// Zones that were read for sure decide whether both show one document. A side without a zone proves nothing.
fn consistent(sights: &[Sight]) -> Check {
    let name = CheckName::SidesConsistent;
    let documents: Vec<Vec<&Document>> = sights.iter().map(sure).collect();
    if documents.iter().any(|in_one_picture| differ_among(in_one_picture)) {
        return failed(name, Reason::SeveralDocuments);
    }
    if differ_among(&documents.concat()) {
        return failed(name, Reason::SidesInconsistent);
    }
    match documents.as_slice() {
        [front, back] if !front.is_empty() && !back.is_empty() => passed(name),
        _ => not_applicable(name),
    }
}

fn sure(sight: &Sight) -> Vec<&Document> {
    sight.documents.iter().map(|(_, document)| document).filter(|document| document.is_sure()).collect()
}

fn differ_among(documents: &[&Document]) -> bool {
    documents.windows(2).any(|pair| !pair[0].is_the_same_as(pair[1]))
}
