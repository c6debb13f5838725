//! The machine-readable zone itself: it belongs to an identity document, was read, and is valid.

use super::line::{about, failed, not_applicable, open, passed, wrong};
use crate::{
    document::{Certainty, Document},
    viewed::{Found, ViewedPicture},
};
use acredita_domain::scoring::{Check, CheckName, Reason, Score};
use acredita_mrz::icao::{
    Control, Format, countries,
    format::{Checked, Outcome},
};

/// The score of an accepted text with a character that is less than certain.
const LESS_THAN_CERTAIN: Score = Score::new(0.85);

pub(super) fn checks(pictures: &[ViewedPicture], found: &Found<'_>) -> [Check; 4] {
    [identity_document(found), read(pictures, found), digits(found), national_control(found)]
}

fn identity_document(found: &Found<'_>) -> Check {
    let name = CheckName::IdentityDocument;
    about(name, found, |document| match (document.fields().format, document.fields().code.as_bytes().first()) {
        (Format::MrvA | Format::MrvB, _) => failed(name, Reason::NotAnIdentityDocument).noting("a visa"),
        // Passports, and the cards and permits that Doc 9303 part 5 §4.2.2.1 lets begin with A, C or I.
        (_, Some(b'P' | b'A' | b'C' | b'I')) => passed(name),
        _ => open(name, Reason::UnsupportedDocument).noting("an unknown document code"),
    })
}

fn read(pictures: &[ViewedPicture], found: &Found<'_>) -> Check {
    let name = CheckName::MrzRead;
    let line = match found {
        Found::Document(document) => match document.certainty {
            Certainty::Confident => passed(name),
            Certainty::Accepted => passed(name).scored(LESS_THAN_CERTAIN),
            Certainty::Doubtful => open(name, Reason::ZoneDoubtful),
        },
        Found::Unreadable => open(name, Reason::ZoneUnreadable),
        Found::OnOtherSide => not_applicable(name).because(Reason::SideMissing),
        Found::Absent => failed(name, Reason::ZoneAbsent),
    };
    line.noting(pictures.iter().map(seen).collect::<Vec<_>>().join("; "))
}

/// What was seen on a side, in measures only.
fn seen(picture: &ViewedPicture) -> String {
    let side = picture.side().part();
    let early = if picture.reading.exhausted { ", given up early" } else { "" };
    match picture.zone() {
        Some(zone) => format!(
            "{side}: {}, {}, least confidence {:.2}, {:.0} pixels a character{early}",
            layout(zone.format),
            zone.status.as_str(),
            zone.min_confidence,
            zone.quality.pixels_per_character
        ),
        None => format!("{side}: {}{early}", picture.reading.status.as_str()),
    }
}

/// The layout's name in Doc 9303.
const fn layout(format: Format) -> &'static str {
    match format {
        Format::Td1 => "TD1",
        Format::Td2 => "TD2",
        Format::Td3 => "TD3",
        Format::MrvA => "MRV-A",
        Format::MrvB => "MRV-B",
        Format::FrenchId => "the French card",
    }
}

fn digits(found: &Found<'_>) -> Check {
    let name = CheckName::MrzCheckDigits;
    match found {
        Found::Document(document) if !document.parsed.digits_hold() => match document.certainty {
            Certainty::Confident => failed(name, Reason::CheckDigitsWrong).noting(broken(document)),
            Certainty::Accepted | Certainty::Doubtful => {
                open(name, Reason::CheckDigitsDoubtful).noting(broken(document))
            }
        },
        _ => about(name, found, |_| passed(name)),
    }
}

/// The check digits that are wrong.
fn broken(document: &Document) -> String {
    let wrong = document.parsed.digits.iter().filter(|(_, outcome)| *outcome != Outcome::Holds);
    wrong.map(|(checked, _)| field(*checked)).collect::<Vec<_>>().join(", ")
}

const fn field(checked: Checked) -> &'static str {
    match checked {
        Checked::DocumentNumber => "document number",
        Checked::BirthDate => "date of birth",
        Checked::ExpiryDate => "date of expiry",
        Checked::OptionalData => "optional data",
        Checked::Composite => "composite",
    }
}

fn national_control(found: &Found<'_>) -> Check {
    let name = CheckName::NationalControl;
    about(name, found, |document| match countries::controlled_number(document.fields()).map(|number| number.control) {
        Some(Control::Holds) => passed(name),
        Some(Control::Broken) => wrong(name, document, Reason::NationalControlWrong),
        Some(Control::Unknown) | None => not_applicable(name).noting("no number with a control that is known here"),
    })
}
