//! Codes of MiDNI for demonstrations and tests. They are signed by an authority of the data folder, whose certificate says
//! that it is for tests: the local server trusts it, and no function can be configured to.

use crate::keys::{KeyError, read_or_make};
use acredita_domain::Time;
use acredita_seals::{Certificates, Draft, Header, ONLY_FOR_TESTS, Reference};
use acredita_service::engine::TrustedCertificates;
use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair},
};
use chrono::{Datelike, NaiveDate, TimeDelta};
use clap::ValueEnum;
use qrcodegen::{QrCode, QrCodeEcc, QrSegment, Version};
use rcgen::{CertificateParams, DnType, KeyPair, KeyUsagePurpose, SerialNumber, date_time_ymd};
use std::{path::Path, sync::Arc};

/// A drawn face: nobody's.
const FACE: &[u8] = include_bytes!("../../../shared/seals/tests/faces/face.jp2");
/// Pixels of a module, and the modules of the margin around a code (ISO/IEC 18004).
const SCALE: usize = 4;
const MARGIN: i32 = 4;

/// How much of the card a code carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    Complete,
    Simple,
    Age,
}

/// The card of somebody who does not exist.
#[derive(Clone, Debug)]
pub struct TestCard {
    pub kind: Kind,
    pub document_number: String,
    pub name: String,
    pub last_name: String,
    pub birth_date: NaiveDate,
    pub valid_for: TimeDelta,
}

/// Signs codes as the police do, for whoever trusts its certificate.
pub struct TestAuthority {
    key: EcdsaKeyPair,
    reference: Reference,
    certificate: Vec<u8>,
}

impl TestAuthority {
    /// The authority of a data folder. Made at first use.
    pub fn of(folder: &Path) -> Result<Self, KeyError> {
        let path = folder.join("midni-test.key");
        let pkcs8 = read_or_make(&path, || {
            let key = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
            Ok(key.map_err(|_| KeyError::Signing)?.as_ref().to_vec())
        })?;
        Self::with_key(&pkcs8).ok_or(KeyError::NotAKey(path))
    }

    /// One that nobody else has.
    pub fn generate() -> Self {
        let key = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
        Self::with_key(key.expect("randomness").as_ref()).expect("a key that was just made")
    }

    /// `None` if it is not a key. Every process makes the certificate anew, with the same number, key and times.
    fn with_key(pkcs8: &[u8]) -> Option<Self> {
        let key = KeyPair::try_from(pkcs8).ok()?;
        let mut number: [u8; 16] = std::array::from_fn(|at| key.public_key_raw()[1 + at]);
        // Positive, and never shorter.
        number[0] = number[0] & 0x7F | 0x40;
        let mut parameters = CertificateParams::default();
        parameters.distinguished_name.push(DnType::CommonName, format!("Acredita, {ONLY_FOR_TESTS}"));
        parameters.serial_number = Some(SerialNumber::from_slice(&number));
        parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        (parameters.not_before, parameters.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2100, 1, 1));
        let certificate = parameters.self_signed(&key).ok()?.der().to_vec();
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8).ok()?;
        Some(Self { key, reference: Reference::from_bytes(&number)?, certificate })
    }

    pub fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    /// By which codes refer to the certificate.
    pub fn reference(&self) -> &Reference {
        &self.reference
    }

    /// The certificates of the local server: those of the police, and this one.
    pub fn trusted(&self) -> TrustedCertificates {
        let mut certificates = Certificates::of_the_police();
        certificates.add(&self.certificate).expect("a certificate that was just made");
        TrustedCertificates::Fixed(Arc::new(certificates))
    }

    /// The bytes of a code, made `now`. `None` if the card does not fit into one.
    pub fn draw(&self, card: &TestCard, now: Time) -> Option<Vec<u8>> {
        self.seal(&card.draft(&self.reference, now)).filter(|bytes| code(bytes).is_some())
    }

    /// A draft, signed as it is.
    pub fn seal(&self, draft: &Draft) -> Option<Vec<u8>> {
        let bytes = draft.to_sign()?;
        let signature = self.key.sign(&SystemRandom::new(), &bytes).ok()?;
        Draft::seal(bytes, signature.as_ref())
    }
}

impl TestCard {
    /// What its code says, in the tags of the police.
    pub fn draft(&self, signer: &Reference, now: Time) -> Draft {
        let day = |date: NaiveDate| date.format("%d-%m-%Y").to_string().into_bytes();
        let text = |text: &str| text.as_bytes().to_vec();
        let today = now.date_naive();
        let mut features = vec![(0x40, text(&self.document_number)), (0x50, FACE.to_vec())];
        if self.kind != Kind::Age {
            features.extend([(0x42, day(self.birth_date)), (0x44, text(&self.name)), (0x46, text(&self.last_name))]);
            features.extend([(0x48, text("F")), (0x4C, text("17-04-2034"))]);
        }
        if self.kind == Kind::Complete {
            features.extend([(0x60, text("CALLE MAYOR 1")), (0x66, text("LUIS / EVA")), (0x68, text("AAA000000"))]);
        }
        if self.kind == Kind::Age {
            features
                .push((0x70, vec![u8::from(self.birth_date.with_year(self.birth_date.year() + 18) <= Some(today))]));
        }
        let until = now + self.valid_for;
        features.push((0x80, text(&until.format("%d-%m-%Y %H:%M:%S").to_string())));
        let definition = match self.kind {
            Kind::Simple => 7,
            Kind::Complete => 8,
            Kind::Age => 9,
        };
        let header = Header {
            country: "ES".to_owned(),
            signer: "ESPN".to_owned(),
            reference: signer.clone(),
            issued: today,
            signed: today,
            definition,
            category: 9,
        };
        Draft { header, features }
    }
}

/// A picture of a code, as PNG. `None` if the bytes do not fit into one.
pub fn picture(bytes: &[u8]) -> Option<Vec<u8>> {
    let code = code(bytes)?;
    let side = usize::try_from(code.size() + 2 * MARGIN).ok()? * SCALE;
    let module = |at: usize| i32::try_from(at / SCALE).unwrap_or_default() - MARGIN;
    let pixel = |at: usize| if code.get_module(module(at % side), module(at / side)) { 0 } else { 0xFF };
    let pixels: Vec<u8> = (0..side * side).map(pixel).collect();
    let mut png = Vec::new();
    let size = u32::try_from(side).ok()?;
    let mut encoder = png::Encoder::new(&mut png, size, size);
    encoder.set_color(png::ColorType::Grayscale);
    let mut writer = encoder.write_header().ok()?;
    writer.write_image_data(&pixels).ok()?;
    writer.finish().ok()?;
    Some(png)
}

/// At the lowest level of error correction, like the police.
fn code(bytes: &[u8]) -> Option<QrCode> {
    let segments = [QrSegment::make_bytes(bytes)];
    QrCode::encode_segments_advanced(&segments, QrCodeEcc::Low, Version::MIN, Version::MAX, None, false).ok()
}
