//! MiDNI: the Spanish identity card on the phone, as a code that its holder shows in person.
//!
//! What a code says goes to the agent who looks at the person, and is not kept. [`Evidence`] is all that is.

use crate::{
    Time,
    actor::Actor,
    documents::{CarriedNumber, are_declared},
    pictures::Sha256Digest,
    scoring::CheckResult,
    text::Private,
    vocabulary::names,
};
use bytes::Bytes;
use chrono::{NaiveDate, TimeDelta};
use serde::{Deserialize, Serialize};

/// How long an identification can be validated with a check.
pub const CHECK_LIFE: TimeDelta = TimeDelta::minutes(5);

names! {
    /// How much of the card its holder shows.
    Kind("is not a kind of code") {
        Complete = "COMPLETE",
        Simple = "SIMPLE",
        /// The number, and whether its holder is of age.
        Age = "AGE",
    }
}

names! {
    /// Why a code is refused.
    CodeRefusal("is not a refusal") {
        /// The bytes are no seal, or another one.
        NotASeal = "NOT_A_SEAL",
        /// No code can be read in the picture.
        NotRead = "NOT_READ",
        SignatureInvalid = "SIGNATURE_INVALID",
        /// No certificate of the deployment has the number that the code refers to.
        UnknownSigner = "UNKNOWN_SIGNER",
        /// The certificate is not one that may have signed it on that day.
        CertificateNotValid = "CERTIFICATE_NOT_VALID",
        /// Its time was over more than a minute ago.
        Outdated = "OUTDATED",
    }
}

/// A code as it was presented.
#[derive(Clone)]
pub enum Presented {
    /// The bytes of the QR code.
    Code(Bytes),
    /// A JPEG or PNG of it.
    Picture(Bytes),
}

impl Presented {
    /// The JSON pointer of its field.
    pub const fn pointer(&self) -> &'static str {
        match self {
            Self::Code(_) => "/code",
            Self::Picture(_) => "/picture",
        }
    }
}

/// What a code says, verified. What its kind does not carry is `None`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    pub kind: Kind,
    /// The end of validity of the code.
    pub valid_until: Time,
    pub document_number: Private<String>,
    pub name: Option<Private<String>>,
    pub last_name: Option<Private<String>>,
    pub birth_date: Option<Private<NaiveDate>>,
    /// As the police write it.
    pub sex: Option<Private<String>>,
    pub expiry_date: Option<Private<NaiveDate>>,
    pub support_number: Option<Private<String>>,
    pub of_age: Option<Private<bool>>,
    /// The face, as PNG.
    pub thumbnail: Option<Private<Bytes>>,
    /// The serial number of the certificate that it was signed with, in hexadecimal.
    pub certificate: String,
    /// What identifies this very code: of all that is signed, because one signature can be turned into another one
    /// that is as good.
    pub digest: Sha256Digest,
}

impl Card {
    /// Whether the declared document has this number. One that was not declared is not compared.
    pub(crate) fn number_matches(&self, declared: &Actor) -> CheckResult {
        let document = declared.identity_document.as_ref().filter(|document| document.document_number.is_some());
        let Some(document) = document else { return CheckResult::NotApplicable };
        let carried = CarriedNumber::of_dni(self.document_number.clone());
        if are_declared(&[carried], Some(document)).into() { CheckResult::Pass } else { CheckResult::Fail }
    }
}

/// How a card compares with the declared person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeclaredMatch {
    pub document_number: CheckResult,
    /// Of both names.
    pub name: CheckResult,
}

impl DeclaredMatch {
    /// Whether the card is another person's.
    pub fn is_mismatch(self) -> bool {
        [self.document_number, self.name].contains(&CheckResult::Fail)
    }
}

/// What is kept of a code that was checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    pub kind: Kind,
    pub declared_match: DeclaredMatch,
    pub certificate: String,
    pub digest: Sha256Digest,
    pub valid_until: Time,
    pub checked_at: Time,
}

impl Evidence {
    pub fn of(card: &Card, declared_match: DeclaredMatch, checked_at: Time) -> Self {
        let Card { kind, valid_until, certificate, digest, .. } = card.clone();
        Self { kind, declared_match, certificate, digest, valid_until, checked_at }
    }
}

/// A check that an identification can be validated with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    pub evidence: Evidence,
    /// It cannot be used any more from this time on.
    pub expires_at: Time,
}
