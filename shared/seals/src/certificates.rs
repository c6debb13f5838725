//! The certificates that seals are verified with.

mod certificate;

use crate::{
    Reference,
    refusal::{CertificateFault, Refusal},
};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use certificate::Certificate;
use chrono::NaiveDate;

/// What the subject of a certificate for tests has in it: by agreement of those who make one with this crate.
pub const ONLY_FOR_TESTS: &str = "ONLY FOR TESTS";
/// The police's certificates of pre-production, with which their public examples are signed.
const PRE_PRODUCTION: &str = "APPDNIMOVILPRE";

/// The longest chain from a certificate that signs seals to the last issuer in the set.
const LONGEST_CHAIN: usize = 4;

/// The bytes are no X.509 certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an X.509 certificate")]
pub struct NotACertificate;

/// Certificates that seals are verified with. Each is trusted because it was put here: a set of production holds no
/// certificate of tests. If the issuer of a certificate is here too, it must really have issued it.
#[derive(Default)]
pub struct Certificates(Vec<Certificate>);

impl Certificates {
    /// Those with which the police sign codes, as they publish them.
    pub fn of_the_police() -> Self {
        let mut certificates = Self::default();
        let production = include_bytes!("../certificates/4D393EEC9AD3289964D22FB9F744A884.pem");
        certificates.add(production).expect("a test reads it");
        certificates
    }

    /// If one of them is for tests, and so belongs into no set of production: one of the police's pre-production, or one
    /// whose subject says [`ONLY_FOR_TESTS`].
    pub fn has_one_for_tests(&self) -> bool {
        let says = |subject: &[u8], mark: &str| subject.windows(mark.len()).any(|part| part == mark.as_bytes());
        self.0.iter().any(|each| [PRE_PRODUCTION, ONLY_FOR_TESTS].iter().any(|mark| says(&each.subject, mark)))
    }

    /// Adds the certificates of a file, PEM or DER.
    ///
    /// # Errors
    ///
    /// If there is none, or something that is not one. Nothing is added then.
    pub fn add(&mut self, file: &[u8]) -> Result<(), NotACertificate> {
        self.0.extend(certificate::read(file)?);
        Ok(())
    }

    /// The number of certificates.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// If there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The certificates that could sign a seal on no day at all, with the reason. For whoever configures a set.
    pub fn unfit(&self) -> impl Iterator<Item = (&Reference, CertificateFault)> {
        self.0.iter().filter_map(|each| each.fit().err().map(|fault| (&each.serial, fault)))
    }

    pub(crate) fn verify(
        &self,
        reference: &Reference,
        day: NaiveDate,
        signed: &[u8],
        signature: &[u8],
    ) -> Result<(), Refusal> {
        let mut refusal = Refusal::UnknownSigner;
        // Issuers count their certificates for themselves: two may have the same number.
        for certificate in self.0.iter().filter(|certificate| certificate.serial == *reference) {
            match self.verify_with(certificate, day, signed, signature) {
                Ok(()) => return Ok(()),
                Err(one) => refusal = one,
            }
        }
        Err(refusal)
    }

    fn verify_with(
        &self,
        certificate: &Certificate,
        day: NaiveDate,
        signed: &[u8],
        signature: &[u8],
    ) -> Result<(), Refusal> {
        certificate.fit()?;
        // Before the times: the date is certain only if the signature is.
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &certificate.key)
            .verify(signed, signature)
            .map_err(|_| Refusal::SignatureInvalid)?;
        if !certificate.valid_on(day) {
            return Err(CertificateFault::Time.into());
        }
        if !self.issued(certificate, day) {
            return Err(CertificateFault::Issuer.into());
        }
        Ok(())
    }

    /// If every issuer that is here issued the next one, up to the last one that is here.
    fn issued(&self, certificate: &Certificate, day: NaiveDate) -> bool {
        let mut last = certificate;
        for _ in 0..LONGEST_CHAIN {
            let mut issuers = self.0.iter().filter(|other| last.names_as_issuer(other)).peekable();
            if last.is_self_issued() || issuers.peek().is_none() {
                return true;
            }
            match issuers.find(|issuer| issuer.may_issue_on(day) && issuer.issued(last)) {
                Some(issuer) => last = issuer,
                None => return false,
            }
        }
        false
    }
}
