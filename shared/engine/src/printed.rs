//! The printed side of a document, and what it says about the data in the zone.

use crate::{
    document::{Document, date_of},
    outline,
    viewed::ViewedPicture,
};
use acredita_domain::{Time, pictures::Side};
use acredita_front::{Agreement, Arrangement, Expected, Front, Portrait};
use acredita_mrz::icao::{Date, Expiry, Format, countries};

/// What a field of the printed side says, next to the zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compared {
    Agrees,
    Differs,
    NotRead,
}

impl Compared {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Agrees => "agrees",
            Self::Differs => "differs",
            Self::NotRead => "not read",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Labels {
    /// Enough of them, where they belong.
    InOrder,
    /// Too few, or elsewhere.
    Few,
    None,
}

impl Labels {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::InOrder => "labels in order",
            Self::Few => "few labels",
            Self::None => "no labels",
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Printed {
    pub(crate) side: Side,
    /// Whether the picture is good enough for print that is there to be read.
    pub(crate) is_clear: bool,
    pub(crate) labels: Labels,
    pub(crate) portrait: Portrait,
    /// The number that the holder knows.
    pub(crate) number: Compared,
    /// All other fields, by name.
    pub(crate) further: [(&'static str, Compared); 4],
    /// Another valid national number, and this one nowhere.
    pub(crate) bears_another_number: bool,
    /// The card's other side bears nothing but its zone.
    pub(crate) back_is_bare: bool,
}

impl Printed {
    /// The printed side of the document whose zone is in one of the pictures; `None` if that side was not given.
    pub(crate) fn of(pictures: &[ViewedPicture], document: &Document, now: Time) -> Option<Self> {
        let picture = printed_side(pictures, document)?;
        let front = picture.print.as_ref()?;
        let judged = judge(front, document, now);
        let names = match (judged.surnames, judged.given_names) {
            (Agreement::Agrees, Agreement::Agrees) => Agreement::Agrees,
            (Agreement::Differs, _) | (_, Agreement::Differs) => Agreement::Differs,
            _ => Agreement::NotRead,
        };
        let layout = front.layout();
        Some(Self {
            side: picture.side(),
            is_clear: picture.is_clear(),
            labels: match layout.arrangement {
                Arrangement::Document => Labels::InOrder,
                Arrangement::Sheet | Arrangement::Unclear if layout.labels.is_empty() => Labels::None,
                Arrangement::Sheet | Arrangement::Unclear => Labels::Few,
            },
            portrait: picture.portrait,
            number: judged.number.into(),
            further: [
                ("names", names.into()),
                ("birth", judged.birth.into()),
                ("expiry", judged.expiry.into()),
                ("document number", judged.document.into()),
            ],
            bears_another_number: judged.number == Agreement::Differs,
            back_is_bare: pictures.iter().any(|picture| picture.shows(document) && is_a_bare_back(picture)),
        })
    }
}

fn judge(front: &Front, document: &Document, now: Time) -> acredita_front::Judgement {
    let fields = document.fields();
    let today = date_of(now);
    let birth = fields.birth.and_then(|birth| birth.as_birth(today?));
    let expiry = match fields.expiry {
        Expiry::On(date) => today.and_then(|today| date.as_expiry(today)),
        Expiry::Never | Expiry::NotPrinted | Expiry::Impossible => None,
    };
    let printed = |date: Date| acredita_front::Date::new(date.year(), date.month(), date.day());
    let known_to_holder = countries::holder_number(fields);
    let number = known_to_holder.as_ref().unwrap_or(&fields.number);
    let name = &fields.name;
    front.judge(Expected {
        number: Some(number.as_str()),
        // One number says nothing twice.
        document: Some(fields.number.as_str()).filter(|document| *document != number.as_str()),
        surnames: Some(name.surname.text.as_str()),
        given_names: Some(name.given.text.as_str()).filter(|given| !given.is_empty()),
        names_cut: name.surname.cut || name.given.cut,
        birth: birth.and_then(printed),
        expiry: expiry.and_then(printed),
    })
}

/// The picture that shows the printed side of the document whose zone was found in one of them: cards have their zone on
/// the back, all other documents next to the print.
fn printed_side<'a>(pictures: &'a [ViewedPicture], document: &Document) -> Option<&'a ViewedPicture> {
    let has_zone = |picture: &&ViewedPicture| picture.shows(document);
    if document.fields().format == Format::Td1 {
        pictures.iter().find(|picture| !has_zone(picture))
    } else {
        pictures.iter().find(has_zone)
    }
}

fn is_a_bare_back(picture: &ViewedPicture) -> bool {
    picture.zone().is_some_and(|zone| zone.format == Format::Td1 && outline::is_bare(&picture.view, zone))
}

impl From<Agreement> for Compared {
    fn from(agreement: Agreement) -> Self {
        match agreement {
            Agreement::Agrees => Self::Agrees,
            Agreement::Differs => Self::Differs,
            Agreement::NotRead => Self::NotRead,
        }
    }
}

#[cfg(test)]
pub(crate) mod samples {
    use super::*;
    use acredita_front::{Face, Point, Quad};

    const FACE: Face = Face { place: Quad([Point { x: 0.0, y: 0.0 }; 4]), score: 90 };

    /// A front that confirms its zone.
    pub(crate) const CONFIRMING: Printed = Printed {
        side: Side::Front,
        is_clear: true,
        labels: Labels::InOrder,
        portrait: Portrait::Found(FACE),
        number: Compared::Agrees,
        further: [
            ("names", Compared::Agrees),
            ("birth", Compared::Agrees),
            ("expiry", Compared::NotRead),
            ("document number", Compared::NotRead),
        ],
        bears_another_number: false,
        back_is_bare: false,
    };
}
