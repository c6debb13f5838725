//! The view of each picture: its quality, and the machine-readable zones that were read.

use crate::{
    document::Document,
    outline::Outline,
    pictures::decode,
    quality::{JUDGES, View},
};
use acredita_domain::{
    actor::{Actor, Country, DocumentType},
    pictures::{Picture, PictureFault, Side},
    ports::ScoreError,
    scoring::DocumentKind,
};
use acredita_mrz::{Options, Reader, Reading, Status, Zone, icao::Format};
use acredita_pictures::Luma;

/// A picture as it is handed to the work.
pub(crate) struct Shot {
    pub(crate) side: Side,
    pub(crate) picture: Picture,
}

impl Shot {
    /// The refusal of this picture.
    pub(crate) fn refused(&self, fault: PictureFault) -> ScoreError {
        ScoreError::Picture { side: self.side, fault }
    }
}

/// A picture that was looked at.
pub(crate) struct ViewedPicture {
    pub(crate) cleaned: Picture,
    pub(crate) view: View,
    pub(crate) reading: Reading,
    /// The documents of the zones that could be read, each with its index in `reading.zones`.
    pub(crate) documents: Vec<(usize, Document)>,
    /// The outline of the document that its zone belongs to.
    pub(crate) outline: Option<Outline>,
    /// Its pixels, if a printed side can be on it. Those of all others are gone.
    pub(crate) pixels: Option<Luma>,
}

impl ViewedPicture {
    /// Decodes a picture and looks at it within this budget, in the units of [`Options::work`].
    pub(crate) fn of(shot: &Shot, reader: &Reader, work: u64) -> Result<Self, ScoreError> {
        let Shot { side, picture } = shot;
        let (luma, cleaned) = decode(&picture.bytes).map_err(|fault| shot.refused(fault))?;
        let view = View::new(*side, &luma);
        let reading = reader.read(&luma, Options { work, ..Options::default() });
        let documents =
            reading.zones.iter().enumerate().filter_map(|(at, zone)| Some((at, Document::of(zone)?))).collect();
        let mut viewed = Self { cleaned, view, reading, documents, outline: None, pixels: None };
        viewed.outline = viewed.zone().and_then(|zone| Outline::around_zone(&viewed.view, zone));
        viewed.pixels = viewed.may_be_a_printed_side().then_some(luma);
        Ok(viewed)
    }

    /// A card's zone is on its back, and that of all other documents is next to the print.
    fn may_be_a_printed_side(&self) -> bool {
        self.zone().is_none_or(|zone| zone.format != Format::Td1)
    }

    /// Whether one of its zones is that of this document.
    pub(crate) fn shows(&self, document: &Document) -> bool {
        self.documents.iter().any(|(_, shown)| shown.is_the_same_as(document))
    }

    /// Whether print that is there can be read.
    pub(crate) fn is_clear(&self) -> bool {
        JUDGES.iter().all(|(_, judge)| judge(&self.view).holds())
    }

    pub(crate) fn side(&self) -> Side {
        self.view.side
    }

    /// The best zone with a text. An unreadable one reveals nothing about the picture, because it may not be a zone.
    pub(crate) fn zone(&self) -> Option<&Zone> {
        self.best().map(|(at, _)| &self.reading.zones[*at])
    }

    fn best(&self) -> Option<&(usize, Document)> {
        // The first of equals: zones come best first.
        self.documents.iter().rev().max_by_key(|(_, document)| document.rank())
    }
}

/// The best evidence of a zone in all pictures.
pub(crate) enum Found<'a> {
    Document(&'a Document),
    /// Something that looks like a zone and cannot be read.
    Unreadable,
    /// The only side that was given may have no zone on this kind of document.
    OnOtherSide,
    Absent,
}

impl<'a> Found<'a> {
    /// The best of all pictures.
    pub(crate) fn among(pictures: &'a [ViewedPicture], expected: &Expected) -> Self {
        let best = pictures.iter().rev().filter_map(|picture| Some(&picture.best()?.1));
        let only_front = matches!(pictures, [picture] if picture.side() == Side::Front);
        if let Some(document) = best.max_by_key(|document| document.rank()) {
            Self::Document(document)
        } else if pictures.iter().any(|picture| picture.reading.status == Status::Unreadable) {
            Self::Unreadable
        } else if only_front && expected.document_type() != Some(DocumentType::Passport) {
            Self::OnOtherSide
        } else {
            Self::Absent
        }
    }
}

/// The declared data. It names a person, so there is no `Debug`.
pub(crate) struct Expected {
    pub(crate) kind: Option<DocumentKind>,
    pub(crate) actor: Option<Actor>,
}

impl Expected {
    pub(crate) fn document_type(&self) -> Option<DocumentType> {
        let declared = self.actor.as_ref().and_then(|actor| actor.identity_document.as_ref()?.document_type);
        self.kind.map(|kind| kind.document_type).or(declared)
    }

    pub(crate) fn country(&self) -> Option<Country> {
        let declared = self.actor.as_ref().and_then(|actor| actor.identity_document.as_ref()?.country);
        self.kind.map(|kind| kind.country).or(declared)
    }

    pub(crate) fn number(&self) -> Option<&str> {
        let document = self.actor.as_ref()?.identity_document.as_ref()?;
        document.document_number.as_ref().map(|number| number.expose())
    }

    /// Family names and given names.
    pub(crate) fn names(&self) -> (Option<&str>, Option<&str>) {
        let Some(actor) = &self.actor else { return (None, None) };
        (actor.last_name.as_ref().map(|name| name.expose()), actor.name.as_ref().map(|name| name.expose()))
    }
}
