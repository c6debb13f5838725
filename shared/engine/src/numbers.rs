//! The numbers of identity documents, from pictures of them: picture → machine-readable zones (`acredita-mrz`) → the
//! number that identifies each document.
//!
//! Only a reading that can be relied on gives a number: every character sure, all check digits right, dates that exist.
//! Everything else gives none and no reason: this feeds a second factor, and an answer that distinguishes a blurred
//! picture from a wrong one helps an attacker to guess. Another zone is reported, because a number next to it may not be
//! the document's; the second factor ignores it.

use crate::{
    memory::PictureMemory,
    pictures::{decode, inspect},
};
use acredita_domain::{
    actor::{Country, DocumentType},
    documents::{CarriedNumber, ReadNumbers},
    ports::{DocumentNumberReader, ReadPicture},
    text::Private,
};
use acredita_mrz::{
    Options, Reader, VERSION, Zone,
    icao::{self, Fields, Kind, countries, states},
};
use acredita_pictures::Luma;
use async_trait::async_trait;
use bytes::Bytes;
use std::sync::LazyLock;

/// The network is unpacked when the first picture comes: most functions and most starts never see one.
pub(crate) static READER: LazyLock<Reader> = LazyLock::new(Reader::new);

/// The engine and its version, which identifies its output and its weights, so that a score can be repeated on the same
/// pictures.
pub(crate) fn engine() -> String {
    format!("acredita-mrz {VERSION}")
}

/// Reads the machine-readable zones of pictures.
#[derive(Clone, Debug)]
pub struct InternalDocumentNumberReader {
    memory: PictureMemory,
}

impl InternalDocumentNumberReader {
    pub fn new(memory: PictureMemory) -> Self {
        Self { memory }
    }
}

#[async_trait]
impl DocumentNumberReader for InternalDocumentNumberReader {
    fn version(&self) -> String {
        engine()
    }

    async fn read(&self, bytes: Bytes) -> ReadPicture {
        let Ok(header) = inspect(&bytes) else { return ReadPicture::default() };
        let read = move || {
            let (luma, cleaned) = decode(&bytes).ok()?;
            Some(ReadPicture { numbers: numbers(&luma), cleaned: Some(cleaned) })
        };
        self.memory.work_on(&[header], read).await.flatten().unwrap_or_default()
    }
}

/// The numbers of all documents in a picture. The work is bounded by the reader's budget: about a second of a server's
/// core.
fn numbers(luma: &Luma) -> ReadNumbers {
    let reading = READER.read(luma, Options::default());
    let numbers: Vec<CarriedNumber> = reading.zones.iter().filter_map(number).collect();
    ReadNumbers { other_zones: numbers.len() < reading.zones.len(), numbers }
}

/// The number of a zone's document, if the zone can be relied on.
fn number(zone: &Zone) -> Option<CarriedNumber> {
    let parsed = zone.accepted().then(|| icao::parse_as(zone.format, &zone.texts()).ok())?;
    carried(&parsed?.fields)
}

/// The numbers that identify the document for its holder.
pub(crate) fn carried(fields: &Fields) -> Option<CarriedNumber> {
    let document_type = match countries::kind(fields)? {
        Kind::Visa => return None,
        Kind::Passport => DocumentType::Passport,
        Kind::IdentityCard => DocumentType::IdentityCard,
        Kind::Nif => DocumentType::Nif,
        Kind::Nie => DocumentType::Nie,
    };
    let numbers: Vec<_> =
        countries::holder_numbers(fields).iter().map(|number| Private::new(number.as_str().to_owned())).collect();
    let countries = states::countries(&fields.state).iter().filter_map(|code| code.parse().ok()).collect();
    (!numbers.is_empty()).then_some(CarriedNumber { document_type, countries, numbers })
}

/// The country behind a zone's code: `ESP`, or `D` for Germany. `None` for organisations, refugees and specimens.
pub(crate) fn country(state: &str) -> Option<Country> {
    states::alpha2(state)?.parse().ok()
}

#[cfg(test)]
mod tests;
