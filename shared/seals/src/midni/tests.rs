//! Codes made here, by an authority of our own, with every fault that a code may have.

mod authority;
mod codes;
mod faults;
mod official;
mod times;

use super::*;
use authority::{Authority, Signer};
use codes::{Code, now};

/// The refusal of a code, at an ordinary moment.
fn refusal(bytes: &[u8], certificates: &Certificates) -> Option<&'static str> {
    verify(bytes, certificates, now()).err().map(Refusal::code)
}

#[test]
fn a_good_code_of_each_kind_shows_its_card() {
    let signer = Signer::new();
    for (code, kind) in [(Code::simple(), Kind::Simple), (Code::complete(), Kind::Complete), (Code::age(), Kind::Age)] {
        let bytes = code.signed_by(&signer);
        let card = verify(&bytes, &signer.certificates(), now()).expect("a good code");
        assert_eq!(card.kind, kind);
        assert_eq!(card.document_number, "99999990S");
        assert_eq!(card.names.is_some(), kind != Kind::Age);
        assert_eq!(card.of_age, (kind == Kind::Age).then_some(true));
        assert_eq!(card.support_number.is_some(), kind == Kind::Complete);
        assert_eq!(card.certificate, signer.reference);
        assert_eq!(card.thumbnail.as_deref(), Some(codes::FACE));
    }
}

#[test]
fn ten_thousand_mutations_of_a_good_code_are_refused() {
    let signer = Signer::new();
    let certificates = signer.certificates();
    let good = Code::complete().signed_by(&signer);
    // The digest of the count: as good as random, and the same every time.
    for count in 0..10_000_u32 {
        let random = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &count.to_be_bytes());
        let bytes = codes::mutated(&good, random.as_ref());
        assert!(bytes == good || verify(&bytes, &certificates, now()).is_err(), "mutation {count}");
    }
}

#[test]
fn a_code_is_the_same_one_with_the_other_signature_that_anybody_can_make() {
    let signer = Signer::new();
    let bytes = Code::simple().signed_by(&signer);
    let other = codes::with_other_s(&bytes);
    assert_ne!(bytes, other);
    let digests = [bytes, other].map(|bytes| verify(&bytes, &signer.certificates(), now()).expect("valid").digest);
    assert_eq!(digests[0], digests[1]);
}

#[test]
fn features_that_are_not_known_yet_do_not_matter() {
    let signer = Signer::new();
    let bytes = Code::simple().with(0x7F, b"new").signed_by(&signer);
    assert_eq!(refusal(&bytes, &signer.certificates()), None);
}

#[test]
fn neither_a_card_nor_a_seal_shows_its_data_in_debug_output() {
    let signer = Signer::new();
    let bytes = Code::complete().signed_by(&signer);
    let card = verify(&bytes, &signer.certificates(), now()).expect("a good code");
    let seal = Seal::read(&bytes).expect("a good code");
    let output = format!("{card:?} {:?} {:?}", seal.header(), seal.features());
    for data in ["99999990S", "Ana", "García", "1980", "[57, 57"] {
        assert!(!output.contains(data), "{output}");
    }
}

#[test]
fn a_set_names_the_certificates_that_can_sign_nothing() {
    let authority = Authority::new();
    let mut certificates = Certificates::default();
    certificates.add(authority.certificate()).expect("a certificate");
    certificates.add(Signer::new().certificate()).expect("a certificate");
    let unfit: Vec<_> = certificates.unfit().map(|(_, fault)| fault).collect();
    assert_eq!((certificates.len(), unfit), (2, vec![crate::CertificateFault::KeyUsage]));
    assert!(certificates.add(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----").is_err());
    assert!(certificates.add(b"").is_err());
    assert_eq!(certificates.len(), 2);
}
