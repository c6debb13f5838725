//! The printed side of a document, and what it says about the data in the zone.

use crate::{
    document::{Document, date_of},
    outline::{self, Outline},
    viewed::ViewedPicture,
};
use acredita_domain::{Time, pictures::Side};
use acredita_front::{Agreement, Arrangement, Expected, Failure, Front, Portrait, Portraits, Quad, Reader};
use acredita_mrz::icao::{Date, Expiry, Format, countries};
use acredita_pictures::Luma;

// Their networks are unpacked when the first printed side comes.
static READER: Reader = Reader::new();
static PORTRAITS: Portraits = Portraits::new();

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
    /// Of the document, by its zone, or else by the print.
    pub(crate) outline: Option<Outline>,
}

impl Printed {
    /// Reads the printed side of the document whose zone is in one of the pictures; `None` if that side was not given.
    /// That takes ten times as long as the search for a zone, so it is done once at most, and never without a document.
    pub(crate) fn of(pictures: &[ViewedPicture], document: &Document, now: Time) -> Result<Option<Self>, Failure> {
        let Some((picture, pixels)) = printed_side(pictures, document) else { return Ok(None) };
        let zones: Vec<Quad> = picture.reading.zones.iter().map(|zone| quad(&zone.corners)).collect();
        let front = READER.read(pixels, &zones)?;
        let print = front.print();
        let portrait = match print {
            Some(print) => PORTRAITS.look(pixels, print)?.portrait,
            None => Portrait::Missing,
        };
        let judged = judge(&front, document, now);
        let names = match (judged.surnames, judged.given_names) {
            (Agreement::Agrees, Agreement::Agrees) => Agreement::Agrees,
            (Agreement::Differs, _) | (_, Agreement::Differs) => Agreement::Differs,
            _ => Agreement::NotRead,
        };
        let layout = front.layout();
        Ok(Some(Self {
            side: picture.side(),
            is_clear: picture.is_clear(),
            labels: match layout.arrangement {
                Arrangement::Document => Labels::InOrder,
                Arrangement::Sheet | Arrangement::Unclear if layout.labels.is_empty() => Labels::None,
                Arrangement::Sheet | Arrangement::Unclear => Labels::Few,
            },
            portrait,
            number: judged.number.into(),
            further: [
                ("names", names.into()),
                ("birth", judged.birth.into()),
                ("expiry", judged.expiry.into()),
                ("document number", judged.document.into()),
            ],
            bears_another_number: judged.number == Agreement::Differs,
            back_is_bare: pictures.iter().any(|picture| picture.shows(document) && is_a_bare_back(picture)),
            outline: picture.outline.or_else(|| Outline::around_print(&picture.view, print, front.places())),
        }))
    }
}

fn quad(corners: &[acredita_mrz::Point; 4]) -> Quad {
    Quad(corners.map(|corner| acredita_front::Point { x: corner.x, y: corner.y }))
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

/// The picture that shows the printed side of the document whose zone was found in one of them, and its pixels: cards have
/// their zone on the back, all other documents next to the print.
fn printed_side<'a>(pictures: &'a [ViewedPicture], document: &Document) -> Option<(&'a ViewedPicture, &'a Luma)> {
    let is_a_card = document.fields().format == Format::Td1;
    let picture = pictures.iter().find(|picture| picture.shows(document) != is_a_card)?;
    Some((picture, picture.pixels.as_ref()?))
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
        outline: Some(Outline::Complete),
    };
}
