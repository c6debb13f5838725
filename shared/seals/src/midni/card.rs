//! The data of a card: what somebody who checks it needs. Address, place of birth, nationality and parents, which a
//! complete one has as well, are left in the seal.

use crate::{Features, Reference, Seal, date, refusal::Fault};
use chrono::{DateTime, NaiveDate, Utc};
use std::fmt;

const DOCUMENT_NUMBER: u8 = 0x40;
const BIRTH_DATE: u8 = 0x42;
const NAMES: u8 = 0x44;
const SURNAMES: u8 = 0x46;
const SEX: u8 = 0x48;
const EXPIRY_DATE: u8 = 0x4C;
const THUMBNAIL: u8 = 0x50;
const SUPPORT_NUMBER: u8 = 0x68;
const OF_AGE: u8 = 0x70;
const VALID_UNTIL: u8 = 0x80;

/// How much of the card its holder shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Number, names, date of birth, sex, expiry.
    Simple,
    /// Everything.
    Complete,
    /// Number, and if of age.
    Age,
}

impl Kind {
    pub(super) fn of(definition: u8) -> Option<Self> {
        match definition {
            7 => Some(Self::Simple),
            8 => Some(Self::Complete),
            9 => Some(Self::Age),
            _ => None,
        }
    }

    /// The word for programs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Simple => "SIMPLE",
            Self::Complete => "COMPLETE",
            Self::Age => "AGE",
        }
    }
}

/// The data of a card.
#[derive(Clone, PartialEq, Eq)]
pub struct Card {
    /// How much of it is there.
    pub kind: Kind,
    /// The end of validity of these data, some minutes after the code was made.
    pub valid_until: DateTime<Utc>,
    /// The number of the person, with its letter.
    pub document_number: String,
    /// Not in a kind [`Kind::Age`].
    pub names: Option<String>,
    /// Not in a kind [`Kind::Age`].
    pub surnames: Option<String>,
    /// Not in a kind [`Kind::Age`].
    pub birth_date: Option<NaiveDate>,
    /// As the police write it.
    pub sex: Option<String>,
    /// Until when the card is valid.
    pub expiry_date: Option<NaiveDate>,
    /// The number of the plastic.
    pub support_number: Option<String>,
    /// Only in a kind [`Kind::Age`].
    pub of_age: Option<bool>,
    /// The face, JPEG 2000.
    pub thumbnail: Option<Vec<u8>>,
    /// The certificate that it was signed with.
    pub certificate: Reference,
    /// What identifies this very code: see [`Seal::digest`].
    pub digest: [u8; 32],
}

impl Card {
    pub(super) fn read(kind: Kind, seal: &Seal) -> Result<Self, Fault> {
        let features = seal.features();
        let named = kind != Kind::Age;
        Ok(Self {
            kind,
            valid_until: required(features, VALID_UNTIL, date::time)?,
            document_number: required(features, DOCUMENT_NUMBER, filled)?,
            names: required_if(named, features, NAMES, filled)?,
            surnames: required_if(named, features, SURNAMES, filled)?,
            birth_date: required_if(named, features, BIRTH_DATE, date::day)?,
            sex: text(features, SEX)?.map(str::to_owned),
            // Only shown: nothing fails because of the way in which the police write a card that never expires.
            expiry_date: text(features, EXPIRY_DATE)?.and_then(date::day),
            support_number: text(features, SUPPORT_NUMBER)?.map(str::to_owned),
            of_age: of_age(kind, features)?,
            thumbnail: features.get(THUMBNAIL).map(<[u8]>::to_vec),
            certificate: seal.header().reference.clone(),
            digest: seal.digest(),
        })
    }
}

// All of it is somebody's data.
impl fmt::Debug for Card {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Card").field("kind", &self.kind).finish_non_exhaustive()
    }
}

fn text(features: &Features, tag: u8) -> Result<Option<&str>, Fault> {
    features.get(tag).map(|value| str::from_utf8(value).map_err(|_| Fault::Feature(tag))).transpose()
}

fn required<T>(features: &Features, tag: u8, read: fn(&str) -> Option<T>) -> Result<T, Fault> {
    read(text(features, tag)?.ok_or(Fault::Missing(tag))?).ok_or(Fault::Feature(tag))
}

fn required_if<T>(
    condition: bool,
    features: &Features,
    tag: u8,
    read: fn(&str) -> Option<T>,
) -> Result<Option<T>, Fault> {
    condition.then(|| required(features, tag, read)).transpose()
}

fn filled(text: &str) -> Option<String> {
    (!text.trim().is_empty()).then(|| text.to_owned())
}

fn of_age(kind: Kind, features: &Features) -> Result<Option<bool>, Fault> {
    match (kind, features.get(OF_AGE)) {
        (Kind::Age, None) => Err(Fault::Missing(OF_AGE)),
        (Kind::Age, Some([0])) => Ok(Some(false)),
        (Kind::Age, Some([1])) => Ok(Some(true)),
        (Kind::Age, Some(_)) => Err(Fault::Feature(OF_AGE)),
        (Kind::Simple | Kind::Complete, _) => Ok(None),
    }
}
