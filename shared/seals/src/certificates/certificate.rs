//! One X.509 certificate (RFC 5280), reduced to what verification needs.

use super::NotACertificate;

use crate::{Reference, refusal::CertificateFault};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA384_ASN1, ECDSA_P384_SHA256_ASN1, ECDSA_P384_SHA384_ASN1,
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, UnparsedPublicKey,
    VerificationAlgorithm,
};
use chrono::{DateTime, NaiveDate};
use x509_cert::{
    Certificate as X509, TbsCertificate,
    der::{
        Decode, Encode, Reader, SliceReader,
        asn1::{AnyRef, ObjectIdentifier},
        pem,
    },
    ext::pkix::{BasicConstraints, KeyUsage},
    time::Time,
};

const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";

pub(super) struct Certificate {
    pub serial: Reference,
    pub key: Vec<u8>,
    curve: Option<ObjectIdentifier>,
    /// The first day and the last, in UTC.
    days: (NaiveDate, NaiveDate),
    signs_data: bool,
    signs_certificates: bool,
    pub subject: Vec<u8>,
    issuer: Vec<u8>,
    signed: Vec<u8>,
    algorithm: ObjectIdentifier,
    signature: Vec<u8>,
}

/// The certificates of a file: one in DER, or any number in PEM with any text between them.
pub(super) fn read(file: &[u8]) -> Result<Vec<Certificate>, NotACertificate> {
    let Some(text) = std::str::from_utf8(file).ok().filter(|text| text.contains(BEGIN)) else {
        return Ok(vec![Certificate::read(file).ok_or(NotACertificate)?]);
    };
    text.split(BEGIN)
        .skip(1)
        .map(|part| {
            let (body, _) = part.split_once(END)?;
            let (_, der) = pem::decode_vec(format!("{BEGIN}{body}{END}\n").as_bytes()).ok()?;
            Certificate::read(&der)
        })
        .collect::<Option<_>>()
        .ok_or(NotACertificate)
}

impl Certificate {
    fn read(der: &[u8]) -> Option<Self> {
        let x509 = X509::from_der(der).ok()?;
        let content = x509.tbs_certificate();
        let key = content.subject_public_key_info();
        let (signs_data, signs_certificates) = usage(content)?;
        Some(Self {
            serial: Reference::from_bytes(content.serial_number().as_bytes())?,
            key: key.subject_public_key.as_bytes()?.to_vec(),
            curve: match &key.algorithm.parameters {
                Some(parameters) if key.algorithm.oid == EC => parameters.decode_as().ok(),
                _ => None,
            },
            days: (day(content.validity().not_before)?, day(content.validity().not_after)?),
            signs_data,
            signs_certificates,
            subject: content.subject().to_der().ok()?,
            issuer: content.issuer().to_der().ok()?,
            signed: SliceReader::new(AnyRef::from_der(der).ok()?.value()).ok()?.tlv_bytes().ok()?.to_vec(),
            algorithm: x509.signature_algorithm().oid,
            signature: x509.signature().as_bytes()?.to_vec(),
        })
    }

    /// If it could sign a seal on some day.
    pub fn fit(&self) -> Result<(), CertificateFault> {
        if self.curve != Some(P256) {
            Err(CertificateFault::Curve)
        } else if !self.signs_data {
            Err(CertificateFault::KeyUsage)
        } else {
            Ok(())
        }
    }

    pub fn valid_on(&self, day: NaiveDate) -> bool {
        (self.days.0..=self.days.1).contains(&day)
    }

    pub fn is_self_issued(&self) -> bool {
        self.issuer == self.subject
    }

    pub fn names_as_issuer(&self, other: &Self) -> bool {
        self.issuer == other.subject
    }

    pub fn may_issue_on(&self, day: NaiveDate) -> bool {
        self.signs_certificates && self.valid_on(day)
    }

    pub fn issued(&self, other: &Self) -> bool {
        self.algorithm_of(other.algorithm).is_some_and(|algorithm| {
            UnparsedPublicKey::new(algorithm, &self.key).verify(&other.signed, &other.signature).is_ok()
        })
    }

    /// How this key verifies signatures of a certificate's algorithm.
    fn algorithm_of(&self, algorithm: ObjectIdentifier) -> Option<&'static dyn VerificationAlgorithm> {
        match (algorithm.to_string().as_str(), self.curve) {
            ("1.2.840.113549.1.1.11", None) => Some(&RSA_PKCS1_2048_8192_SHA256),
            ("1.2.840.113549.1.1.12", None) => Some(&RSA_PKCS1_2048_8192_SHA384),
            ("1.2.840.113549.1.1.13", None) => Some(&RSA_PKCS1_2048_8192_SHA512),
            ("1.2.840.10045.4.3.2", Some(P256)) => Some(&ECDSA_P256_SHA256_ASN1),
            ("1.2.840.10045.4.3.3", Some(P256)) => Some(&ECDSA_P256_SHA384_ASN1),
            ("1.2.840.10045.4.3.2", Some(P384)) => Some(&ECDSA_P384_SHA256_ASN1),
            ("1.2.840.10045.4.3.3", Some(P384)) => Some(&ECDSA_P384_SHA384_ASN1),
            _ => None,
        }
    }
}

/// If the key may sign data, and if it may sign certificates. A certificate that names no usage restricts none.
fn usage(content: &TbsCertificate) -> Option<(bool, bool)> {
    let usage = content.get_extension::<KeyUsage>().ok()?.map(|(_, usage)| usage);
    let constraints = content.get_extension::<BasicConstraints>().ok()?;
    let issues = constraints.is_some_and(|(_, constraints)| constraints.ca);
    Some(match usage {
        Some(usage) => (usage.digital_signature() || usage.non_repudiation(), issues && usage.key_cert_sign()),
        None => (true, issues),
    })
}

fn day(time: Time) -> Option<NaiveDate> {
    let seconds = i64::try_from(time.to_unix_duration().as_secs()).ok()?;
    Some(DateTime::from_timestamp(seconds, 0)?.date_naive())
}
