//! The view of each picture: its quality, and the machine-readable zones and the print that were read.

use crate::{
    document::Document,
    outline::Outline,
    pictures::decode,
    quality::{JUDGES, View},
};
use acredita_domain::{
    actor::{Actor, Country, DocumentType},
    error::Unavailable,
    pictures::{Picture, PictureFault, Side},
    ports::ScoreError,
    scoring::DocumentKind,
};
use acredita_front::{Failure, Front, Portrait, Portraits, Quad};
use acredita_mrz::{Options, Reader, Reading, Status, Zone, icao::Format};
use acredita_pictures::Luma;

// Their networks are unpacked when the first printed side comes.
static PRINT_READER: acredita_front::Reader = acredita_front::Reader::new();
static PORTRAITS: Portraits = Portraits::new();

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

/// A picture that was looked at. Its pixels are gone.
pub(crate) struct ViewedPicture {
    pub(crate) cleaned: Picture,
    pub(crate) view: View,
    pub(crate) reading: Reading,
    /// The documents of the zones that could be read, each with its index in `reading.zones`.
    pub(crate) documents: Vec<(usize, Document)>,
    /// What is printed there, except for zones, if a printed side can be on it.
    pub(crate) print: Option<Front>,
    pub(crate) portrait: Portrait,
    /// Of the document, where something on it shows where it lies.
    pub(crate) outline: Option<Outline>,
}

impl ViewedPicture {
    /// Decodes a picture and looks at it within this budget, in the units of [`Options::work`].
    pub(crate) fn of(shot: &Shot, is_alone: bool, reader: &Reader, work: u64) -> Result<Self, ScoreError> {
        let Shot { side, picture } = shot;
        let (luma, cleaned) = decode(&picture.bytes).map_err(|fault| shot.refused(fault))?;
        let view = View::new(*side, &luma);
        let reading = reader.read(&luma, Options { work, ..Options::default() });
        let documents =
            reading.zones.iter().enumerate().filter_map(|(at, zone)| Some((at, Document::of(zone)?))).collect();
        let (print, portrait, outline) = (None, Portrait::Missing, None);
        let mut viewed = Self { cleaned, view, reading, documents, print, portrait, outline };
        if viewed.may_be_a_printed_side(is_alone) {
            viewed.read_print(&luma).map_err(|failure| {
                tracing::error!(%failure, "print cannot be read");
                Unavailable("the internal scorer")
            })?;
        }
        viewed.outline = viewed.look_for_edges();
        Ok(viewed)
    }

    /// Reading print costs ten times what looking for a zone does. A card's zone is on its back; a picture without a
    /// zone can only be the front of a card whose back is in another.
    fn may_be_a_printed_side(&self, is_alone: bool) -> bool {
        match self.zone() {
            Some(zone) => zone.format != Format::Td1,
            None => !is_alone,
        }
    }

    fn read_print(&mut self, luma: &Luma) -> Result<(), Failure> {
        let zones: Vec<Quad> = self.reading.zones.iter().map(|zone| quad(&zone.corners)).collect();
        let front = PRINT_READER.read(luma, &zones)?;
        if let Some(print) = front.print() {
            self.portrait = PORTRAITS.look(luma, print)?.portrait;
        }
        self.print = Some(front);
        Ok(())
    }

    fn look_for_edges(&self) -> Option<Outline> {
        match (self.zone(), &self.print) {
            (Some(zone), _) => Outline::around_zone(&self.view, zone),
            (None, Some(print)) => Outline::around_print(&self.view, print.print(), print.places()),
            (None, None) => None,
        }
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

fn quad(corners: &[acredita_mrz::Point; 4]) -> Quad {
    Quad(corners.map(|corner| acredita_front::Point { x: corner.x, y: corner.y }))
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
