//! The port's verifier of codes of MiDNI: the results of [`acredita_seals`], in the terms of the domain.

use crate::{memory::PictureMemory, pictures::inspect};
use acredita_domain::{
    Time,
    error::Unavailable,
    midni::{Card, CodeRefusal, Kind, Presented},
    pictures::Sha256Digest,
    ports::{CardError, CardVerifier},
    text::Private,
};
use acredita_seals::{Certificates, Refusal, midni, thumbnail};
use async_trait::async_trait;
use bytes::Bytes;
use std::sync::Arc;
use tokio::sync::OnceCell;

/// Where certificates are kept that are not part of the program.
#[async_trait]
pub trait CertificateSource: Send + Sync {
    /// PEM, one after the other.
    async fn read(&self) -> Result<Private<String>, Unavailable>;
}

/// Verifies codes with the certificates of the police that are part of the program, and with others.
pub struct InternalCardVerifier {
    memory: PictureMemory,
    certificates: TrustedCertificates,
}

/// Whose codes are good.
pub enum TrustedCertificates {
    /// These alone.
    Fixed(Arc<Certificates>),
    /// Those of the police, and what a deployment adds: read when the first code comes.
    OfThePoliceAnd { source: Arc<dyn CertificateSource>, read: OnceCell<Arc<Certificates>> },
}

impl TrustedCertificates {
    pub fn of_the_police() -> Self {
        Self::Fixed(Arc::new(Certificates::of_the_police()))
    }

    pub fn of_the_police_and(source: Arc<dyn CertificateSource>) -> Self {
        Self::OfThePoliceAnd { source, read: OnceCell::new() }
    }

    async fn get(&self) -> Result<Arc<Certificates>, Unavailable> {
        match self {
            Self::Fixed(certificates) => Ok(certificates.clone()),
            Self::OfThePoliceAnd { source, read } => read.get_or_try_init(|| with_others(&**source)).await.cloned(),
        }
    }
}

async fn with_others(source: &dyn CertificateSource) -> Result<Arc<Certificates>, Unavailable> {
    let mut certificates = Certificates::of_the_police();
    let others = source.read().await?;
    let unusable = |problem| {
        tracing::error!(problem, "the certificates that the deployment adds cannot be used");
        Unavailable("certificates")
    };
    certificates.add(others.expose().as_bytes()).map_err(|_| unusable("not certificates"))?;
    if certificates.has_one_for_tests() {
        return Err(unusable("a certificate for tests is among them"));
    }
    // An issuer of others signs no codes, and may be among them.
    for (serial, fault) in certificates.unfit() {
        tracing::warn!(%serial, %fault, "a certificate that can have signed no code");
    }
    Ok(Arc::new(certificates))
}

impl InternalCardVerifier {
    pub fn new(memory: PictureMemory, certificates: TrustedCertificates) -> Self {
        Self { memory, certificates }
    }
}

#[async_trait]
impl CardVerifier for InternalCardVerifier {
    async fn verify(&self, presented: Presented, now: Time) -> Result<Card, CardError> {
        let certificates = self.certificates.get().await.map_err(CardError::Unavailable)?;
        let header = match &presented {
            Presented::Code(_) => None,
            Presented::Picture(bytes) => Some(inspect(bytes).map_err(|_| CardError::Refused(CodeRefusal::NotRead))?),
        };
        let work = move || verified(&presented, &certificates, now);
        match self.memory.work_on(header.as_slice(), work).await {
            Some(verified) => verified.map_err(|refused| CardError::Refused(refusal(refused))),
            None => Err(CardError::Unavailable(Unavailable("verifier of codes"))),
        }
    }
}

fn verified(presented: &Presented, certificates: &Certificates, now: Time) -> Result<Card, Refusal> {
    let verified = match presented {
        Presented::Code(bytes) => midni::verify(bytes, certificates, now)?,
        Presented::Picture(bytes) => midni::verify(&midni::read_picture(bytes)?, certificates, now)?,
    };
    let thumbnail = verified.thumbnail.as_deref().and_then(thumbnail::to_png);
    Ok(Card {
        kind: match verified.kind {
            midni::Kind::Complete => Kind::Complete,
            midni::Kind::Simple => Kind::Simple,
            midni::Kind::Age => Kind::Age,
        },
        valid_until: verified.valid_until,
        document_number: Private::new(verified.document_number),
        name: verified.names.map(Private::new),
        last_name: verified.surnames.map(Private::new),
        birth_date: verified.birth_date.map(Private::new),
        sex: verified.sex.map(Private::new),
        expiry_date: verified.expiry_date.map(Private::new),
        support_number: verified.support_number.map(Private::new),
        of_age: verified.of_age.map(Private::new),
        thumbnail: thumbnail.map(|png| Private::new(Bytes::from(png))),
        certificate: verified.certificate.as_str().to_owned(),
        digest: Sha256Digest::from(verified.digest),
    })
}

const fn refusal(refusal: Refusal) -> CodeRefusal {
    match refusal {
        Refusal::NotASeal(_) => CodeRefusal::NotASeal,
        Refusal::NotRead => CodeRefusal::NotRead,
        Refusal::SignatureInvalid => CodeRefusal::SignatureInvalid,
        Refusal::UnknownSigner => CodeRefusal::UnknownSigner,
        Refusal::CertificateNotValid(_) => CodeRefusal::CertificateNotValid,
        Refusal::Outdated => CodeRefusal::Outdated,
    }
}

#[cfg(test)]
mod tests;
