//! Certificates of our own, and what signs with them.

use crate::{Certificates, Reference};
use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair},
};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose,
    PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, SerialNumber, date_time_ymd,
};

/// An issuer.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub fn new() -> Self {
        Self::valid((2020, 2040))
    }

    /// Valid from the start of a year to the start of another one.
    pub fn valid((from, until): (i32, i32)) -> Self {
        Self::with(|parameters| {
            parameters.not_before = date_time_ymd(from, 1, 1);
            parameters.not_after = date_time_ymd(until, 1, 1);
        })
    }

    pub fn with(change: impl FnOnce(&mut CertificateParams)) -> Self {
        let mut parameters = parameters("Authority", 1);
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        change(&mut parameters);
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).expect("a key");
        Self(CertifiedIssuer::self_signed(parameters, key).expect("a certificate"))
    }

    pub fn certificate(&self) -> &[u8] {
        self.0.der()
    }
}

/// A certificate with its key.
pub struct Signer {
    pub reference: Reference,
    certificate: Vec<u8>,
    key: KeyPair,
}

impl Signer {
    /// Valid from the first of March 2024 at noon to the first of March 2029 at noon.
    pub fn new() -> Self {
        Self::with(|_| {})
    }

    pub fn with(change: impl FnOnce(&mut CertificateParams)) -> Self {
        Self::of(&Authority::new(), change)
    }

    pub fn of(authority: &Authority, change: impl FnOnce(&mut CertificateParams)) -> Self {
        Self::build(authority, KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).expect("a key"), change)
    }

    pub fn of_the_curve_p384() -> Self {
        Self::build(&Authority::new(), KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).expect("a key"), |_| {})
    }

    fn build(authority: &Authority, key: KeyPair, change: impl FnOnce(&mut CertificateParams)) -> Self {
        // Another one for every key, and never with a leading zero: a reference has 32 digits.
        let number: [u8; 16] = std::array::from_fn(|at| key.public_key_raw()[1 + at] | 0x10);
        let mut parameters = parameters("Signer", 1);
        parameters.serial_number = Some(SerialNumber::from_slice(&number));
        parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::ContentCommitment];
        change(&mut parameters);
        let number = parameters.serial_number.clone().expect("a number").to_bytes();
        let certificate = parameters.signed_by(&key, &authority.0).expect("a certificate").der().to_vec();
        Self { reference: Reference::from_bytes(&number).expect("not zero"), certificate, key }
    }

    pub fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    /// The set of this certificate alone.
    pub fn certificates(&self) -> Certificates {
        set(&[self.certificate()])
    }

    /// `r ‖ s`.
    pub fn sign(&self, bytes: &[u8]) -> Vec<u8> {
        let algorithm = if self.key.is_compatible(&PKCS_ECDSA_P256_SHA256) {
            &ECDSA_P256_SHA256_FIXED_SIGNING
        } else {
            &ECDSA_P384_SHA384_FIXED_SIGNING
        };
        let key = EcdsaKeyPair::from_pkcs8(algorithm, self.key.serialized_der()).expect("a key");
        key.sign(&SystemRandom::new(), bytes).expect("a signature").as_ref().to_vec()
    }
}

pub fn set(certificates: &[&[u8]]) -> Certificates {
    let mut set = Certificates::default();
    for certificate in certificates {
        set.add(certificate).expect("a certificate");
    }
    set
}

fn parameters(name: &str, number: u64) -> CertificateParams {
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name.push(DnType::CountryName, "ES");
    parameters.distinguished_name.push(DnType::CommonName, name);
    parameters.serial_number = Some(number.into());
    parameters.not_before = date_time_ymd(2024, 3, 1) + std::time::Duration::from_secs(12 * 3600);
    parameters.not_after = date_time_ymd(2029, 3, 1) + std::time::Duration::from_secs(12 * 3600);
    parameters
}
