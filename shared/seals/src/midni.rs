//! The profile of MiDNI, the Spanish identity card on the phone: *Verificación y Formato de Códigos QR – DNI en el Móvil*,
//! version 1.0.7 of 2025-06-20, by the Policía Nacional.

mod card;

pub use card::{Card, Kind};

use crate::{Certificates, Seal, picture, refusal::Fault, refusal::Refusal};
use chrono::{DateTime, TimeDelta, Utc};

/// The most by which the signer's clock and ours may differ.
pub const CLOCK_SKEW: TimeDelta = TimeDelta::seconds(60);

/// The category of documents, and the country.
const CATEGORY: u8 = 9;
const COUNTRY: &str = "ES";
/// The Policía Nacional.
const SIGNER: &str = "ESPN";

/// A code of the right form. Nothing of it is certain yet.
pub struct Unverified {
    seal: Seal,
    card: Card,
}

/// The code in these bytes.
///
/// # Errors
///
/// [`Refusal::NotASeal`].
pub fn read(bytes: &[u8]) -> Result<Unverified, Refusal> {
    let seal = Seal::read(bytes)?;
    let header = seal.header();
    let kind = Kind::of(header.definition)
        .filter(|_| header.category == CATEGORY && header.country == COUNTRY)
        .ok_or(Fault::Profile)?;
    let card = Card::read(kind, &seal)?;
    Ok(Unverified { seal, card })
}

/// The bytes of the code in a picture, JPEG or PNG. If several codes are in it: of one in the right form, else of any.
///
/// # Errors
///
/// [`Refusal::NotRead`].
pub fn read_picture(picture: &[u8]) -> Result<Vec<u8>, Refusal> {
    let luma = acredita_pictures::decode(picture).map_err(|_| Refusal::NotRead)?;
    picture::read(&luma, |bytes| read(bytes).is_ok()).ok_or(Refusal::NotRead)
}

impl Unverified {
    /// The card, if the police signed it. It may be outdated.
    ///
    /// # Errors
    ///
    /// [`Refusal::UnknownSigner`], [`Refusal::CertificateNotValid`] or [`Refusal::SignatureInvalid`].
    pub fn verify(self, certificates: &Certificates) -> Result<Card, Refusal> {
        if self.seal.header().signer != SIGNER {
            return Err(Refusal::UnknownSigner);
        }
        self.seal.verify(certificates)?;
        Ok(self.card)
    }
}

impl Card {
    /// Checks that the data are still valid.
    ///
    /// # Errors
    ///
    /// [`Refusal::Outdated`].
    pub fn check_time(&self, now: DateTime<Utc>) -> Result<(), Refusal> {
        if now.signed_duration_since(self.valid_until) > CLOCK_SKEW { Err(Refusal::Outdated) } else { Ok(()) }
    }
}

/// The card in these bytes, signed by the police and still valid.
///
/// # Errors
///
/// The first reason to refuse it.
pub fn verify(bytes: &[u8], certificates: &Certificates, now: DateTime<Utc>) -> Result<Card, Refusal> {
    let card = read(bytes)?.verify(certificates)?;
    card.check_time(now)?;
    Ok(card)
}

#[cfg(test)]
mod tests;
