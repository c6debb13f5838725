//! Front and back: two pictures, and one document.

use super::line::{failed, not_applicable, open, passed};
use crate::{
    document::Document,
    hash::{self, Resemblance},
    viewed::ViewedPicture,
};
use acredita_domain::scoring::{Check, CheckName, Reason};

pub(super) fn checks(pictures: &[ViewedPicture]) -> [Check; 2] {
    [differ(pictures), consistent(pictures)]
}

fn differ(pictures: &[ViewedPicture]) -> Check {
    let name = CheckName::SidesDiffer;
    let [front, back] = pictures else {
        return not_applicable(name);
    };
    match hash::compare(&front.view.small, &back.view.small) {
        Resemblance::Different => passed(name),
        Resemblance::Same => failed(name, Reason::SidesAreTheSame),
        Resemblance::Unclear => open(name, Reason::Blank).noting("a plain picture cannot be compared"),
    }
}

/// Zones that were read for sure decide whether both show one document. A side without a zone proves nothing.
fn consistent(pictures: &[ViewedPicture]) -> Check {
    let name = CheckName::SidesConsistent;
    let documents: Vec<Vec<&Document>> = pictures.iter().map(sure).collect();
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

fn sure(picture: &ViewedPicture) -> Vec<&Document> {
    picture.documents.iter().map(|(_, document)| document).filter(|document| document.is_sure()).collect()
}

fn differ_among(documents: &[&Document]) -> bool {
    documents.windows(2).any(|pair| !pair[0].is_the_same_as(pair[1]))
}
