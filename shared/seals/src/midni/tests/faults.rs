//! Each fault is refused with its own reason, and signed where somebody could have signed it.

use super::{
    authority::{Authority, Signer, set},
    codes::{Code, ORDER, sealed, with_other_s, with_signature},
    *,
};
use crate::CertificateFault;
use rcgen::{IsCa, KeyUsagePurpose};

fn fault(bytes: &[u8]) -> Option<Fault> {
    match read(bytes).err() {
        Some(Refusal::NotASeal(fault)) => Some(fault),
        _ => None,
    }
}

fn certificate_fault(bytes: &[u8], certificates: &Certificates) -> Option<CertificateFault> {
    match verify(bytes, certificates, now()).err() {
        Some(Refusal::CertificateNotValid(fault)) => Some(fault),
        _ => None,
    }
}

#[test]
fn every_beginning_of_a_good_code_is_no_seal() {
    let bytes = Code::complete().signed_by(&Signer::new());
    for length in 0..bytes.len() {
        assert!(fault(&bytes[..length]).is_some(), "{length} bytes");
    }
}

#[test]
fn bytes_after_the_signature_are_a_fault() {
    let bytes = Code::simple().signed_by(&Signer::new());
    assert_eq!(fault(&[&bytes[..], &[0]].concat()), Some(Fault::Rest));
    assert_eq!(fault(&bytes.repeat(2)), Some(Fault::Rest));
    assert_eq!(fault(&vec![0xDC; 5000]), Some(Fault::TooLong));
}

#[test]
fn each_fault_of_the_header_has_its_name() {
    let signer = Signer::new();
    let good = Code::simple().referring_to(&signer).0.to_sign().expect("it can be written");
    let reference = 8..8 + crate::c40::encoded_length(32);
    let dates = reference.end..reference.end + 3;
    for (at, bytes, expected) in [
        (0, &[0xDD][..], Fault::Magic),
        (1, &[0x02], Fault::Version),
        // ES and a blank is another country.
        (2, &[0x75, 0x84], Fault::Profile),
        // Beyond C40; a blank in place of a digit; an odd end of the reference.
        (2, &[0xFF, 0xFF], Fault::HeaderText),
        (6, &[0xA9, 0xA9], Fault::HeaderText),
        (6, &[0xA9, 0x8B], Fault::HeaderText),
        (8, &[0xF9, 0xFF], Fault::HeaderText),
        (reference.end - 1, &[good[reference.end - 1] + 1], Fault::HeaderText),
        (dates.start, &[0xFF, 0xFF, 0xFF], Fault::HeaderDate),
        (dates.end, &[0, 0, 0], Fault::HeaderDate),
        (dates.end + 3, &[6], Fault::Profile),
        (dates.end + 4, &[8], Fault::Profile),
    ] {
        let mut header = good.clone();
        header[at..at + bytes.len()].copy_from_slice(bytes);
        assert_eq!(fault(&sealed(header, &signer)), Some(expected), "{bytes:02X?} at {at}");
    }
    let french = Code::simple().header(|header| header.country = "FR".into()).signed_by(&signer);
    assert_eq!(fault(&french), Some(Fault::Profile));
}

#[test]
fn features_that_are_doubled_missing_or_malformed_are_a_fault() {
    for (code, expected) in [
        (Code::simple().with(0x40, b"99999990S"), Fault::Doubled(0x40)),
        (Code::simple().with(0x7F, b"").with(0x7F, b""), Fault::Doubled(0x7F)),
        (Code::simple().without(0x80), Fault::Missing(0x80)),
        (Code::age().without(0x80), Fault::Missing(0x80)),
        (Code::simple().without(0x40), Fault::Missing(0x40)),
        (Code::simple().without(0x44), Fault::Missing(0x44)),
        (Code::complete().without(0x46), Fault::Missing(0x46)),
        (Code::complete().without(0x42), Fault::Missing(0x42)),
        (Code::age().without(0x70), Fault::Missing(0x70)),
        (Code::simple().changed(0x40, b" "), Fault::Feature(0x40)),
        (Code::simple().changed(0x44, &[0xFF]), Fault::Feature(0x44)),
        (Code::simple().changed(0x42, b"1980-01-01"), Fault::Feature(0x42)),
        (Code::simple().changed(0x42, b"30-02-1980"), Fault::Feature(0x42)),
        (Code::simple().changed(0x80, b"29-11-2026 10:30"), Fault::Feature(0x80)),
        (Code::simple().changed(0x80, b"29-11-2026 25:30:00"), Fault::Feature(0x80)),
        (Code::age().changed(0x70, &[2]), Fault::Feature(0x70)),
        (Code::age().changed(0x70, &[1, 1]), Fault::Feature(0x70)),
    ] {
        assert_eq!(fault(&code.signed_by(&Signer::new())), Some(expected));
    }
}

#[test]
fn lengths_beyond_the_end_or_in_another_form_are_a_fault() {
    let signer = Signer::new();
    let good = Code::simple().referring_to(&signer).0.to_sign().expect("it can be written");
    for (feature, expected) in [
        (&[0x7F, 0x82, 0xFF, 0xFF][..], Fault::Truncated),
        (&[0x7F, 0x7F], Fault::Truncated),
        (&[0x7F, 0x81, 1, 7], Fault::Length),
        (&[0x7F, 0x82, 0, 1, 7], Fault::Length),
        (&[0x7F, 0x80], Fault::Length),
        (&[0x7F, 0x84, 0, 0, 0, 1, 7], Fault::Length),
    ] {
        assert_eq!(fault(&sealed([&good[..], feature].concat(), &signer)), Some(expected), "{feature:02X?}");
    }
    assert_eq!(fault(&good), Some(Fault::NoSignature));
}

#[test]
fn what_is_changed_after_signing_is_not_what_was_signed() {
    let signer = Signer::new();
    let code = Code::simple().referring_to(&signer);
    let signature = signer.sign(&code.0.to_sign().expect("it can be written"));
    for changed in [
        Code::simple().changed(0x40, b"99999991Q"),
        Code::simple().changed(0x80, b"29-11-2027 10:30:00"),
        Code::simple().with(0x7F, b""),
        Code::simple().without(0x48),
        Code::simple().signed_on(2026, 11, 28),
    ] {
        let bytes = changed.referring_to(&signer).0.to_sign().expect("it can be written");
        let bytes = crate::Draft::seal(bytes, &signature).expect("it can be written");
        assert_eq!(refusal(&bytes, &signer.certificates()), Some("SIGNATURE_INVALID"));
    }
}

#[test]
fn halves_of_a_signature_that_are_out_of_range_are_no_signature() {
    let signer = Signer::new();
    let good = Code::simple().signed_by(&signer);
    let faulty: [codes::Change; 7] = [
        |r, _| *r = [0; 32],
        |_, s| *s = [0; 32],
        |r, s| (*r, *s) = ([0; 32], [0; 32]),
        |r, _| *r = ORDER,
        |_, s| *s = ORDER,
        |_, s| *s = [0xFF; 32],
        |r, s| std::mem::swap(r, s),
    ];
    for change in faulty {
        assert_eq!(refusal(&with_signature(&good, change), &signer.certificates()), Some("SIGNATURE_INVALID"));
    }
    // Half of all signatures have a high s: it is no fault.
    assert_eq!(refusal(&with_other_s(&good), &signer.certificates()), None);
}

#[test]
fn a_signature_of_another_length_or_form_is_no_signature() {
    let signer = Signer::new();
    let bytes = Code::simple().referring_to(&signer).0.to_sign().expect("it can be written");
    let signature = signer.sign(&bytes);
    for signature in [
        &[][..],
        &signature[..63],
        &[&signature[..], &[0]].concat(),
        &[&[0x30, 0x44, 0x02, 0x20], &signature[..]].concat(),
    ] {
        let bytes = crate::Draft::seal(bytes.clone(), signature).expect("it can be written");
        assert_eq!(refusal(&bytes, &signer.certificates()), Some("SIGNATURE_INVALID"));
    }
}

#[test]
fn a_signature_by_another_certificate_of_the_set_does_not_count() {
    let (one, other) = (Signer::new(), Signer::new());
    let certificates = set(&[one.certificate(), other.certificate()]);
    let bytes = Code::simple().referring_to(&one).signed_as_it_is(&other);
    assert_eq!(refusal(&bytes, &certificates), Some("SIGNATURE_INVALID"));
}

#[test]
fn a_reference_that_is_not_known_is_refused_even_if_a_known_key_signed() {
    let signer = Signer::new();
    let bytes = Code::simple().signed_as_it_is(&signer);
    assert_eq!(refusal(&bytes, &signer.certificates()), Some("UNKNOWN_SIGNER"));
    assert_eq!(refusal(&Code::simple().signed_by(&signer), &Certificates::default()), Some("UNKNOWN_SIGNER"));
    let other = Code::simple().header(|header| header.signer = "ESXX".into()).signed_by(&signer);
    assert_eq!(refusal(&other, &signer.certificates()), Some("UNKNOWN_SIGNER"));
}

#[test]
fn of_two_certificates_with_one_number_either_may_have_signed() {
    let one = Signer::new();
    let number = rcgen::SerialNumber::from_slice(&[0x5A; 16]);
    let [two, three] = [(); 2].map(|()| Signer::with(|parameters| parameters.serial_number = Some(number.clone())));
    let certificates = set(&[one.certificate(), two.certificate(), three.certificate()]);
    for signer in [&two, &three] {
        assert_eq!(refusal(&Code::simple().signed_by(signer), &certificates), None);
    }
    assert_eq!(
        refusal(&Code::simple().referring_to(&two).signed_as_it_is(&one), &certificates),
        Some("SIGNATURE_INVALID")
    );
}

#[test]
fn a_key_of_another_curve_signs_no_seal() {
    let signer = Signer::of_the_curve_p384();
    let bytes = Code::simple().signed_by(&signer);
    assert_eq!(certificate_fault(&bytes, &signer.certificates()), Some(CertificateFault::Curve));
}

#[test]
fn a_key_that_is_not_for_signing_data_signs_no_seal() {
    for (usage, allowed) in [
        (vec![KeyUsagePurpose::DigitalSignature], true),
        (vec![KeyUsagePurpose::ContentCommitment], true),
        (vec![], true),
        (vec![KeyUsagePurpose::KeyEncipherment], false),
        (vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign], false),
    ] {
        let signer = Signer::with(|parameters| parameters.key_usages = usage.clone());
        let bytes = Code::simple().signed_by(&signer);
        let expected = (!allowed).then_some(CertificateFault::KeyUsage);
        assert_eq!(certificate_fault(&bytes, &signer.certificates()), expected, "{usage:?}");
    }
}

#[test]
fn an_issuer_in_the_set_must_have_issued_the_certificate() {
    let good = Authority::new();
    let signer = Signer::of(&good, |_| {});
    let bytes = Code::simple().signed_by(&signer);
    for (issuers, expected) in [
        (vec![good], None),
        (vec![], None),
        // Of the same name, but another one.
        (vec![Authority::new()], Some(CertificateFault::Issuer)),
    ] {
        let mut files: Vec<&[u8]> = issuers.iter().map(Authority::certificate).collect();
        files.push(signer.certificate());
        assert_eq!(certificate_fault(&bytes, &set(&files)), expected);
    }
}

#[test]
fn an_issuer_that_must_not_issue_on_that_day_has_not() {
    let certificate_of_no_authority = Authority::with(|parameters| parameters.is_ca = IsCa::ExplicitNoCa);
    let other_usage = Authority::with(|parameters| parameters.key_usages = vec![KeyUsagePurpose::CrlSign]);
    for authority in
        [certificate_of_no_authority, other_usage, Authority::valid((2020, 2025)), Authority::valid((2027, 2040))]
    {
        let signer = Signer::of(&authority, |_| {});
        let bytes = Code::simple().signed_by(&signer);
        let certificates = set(&[authority.certificate(), signer.certificate()]);
        assert_eq!(certificate_fault(&bytes, &certificates), Some(CertificateFault::Issuer));
    }
}
