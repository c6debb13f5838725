//! The two clocks: that of the data, to the second, and that of the certificate, to the day.

use super::{authority::Signer, codes::Code, *};

/// The refusal so many seconds after the end of the data's validity.
fn after(seconds: i64) -> Option<&'static str> {
    let signer = Signer::new();
    let bytes = Code::simple().signed_by(&signer);
    let end = now() + TimeDelta::minutes(2);
    verify(&bytes, &signer.certificates(), end + TimeDelta::seconds(seconds)).err().map(Refusal::code)
}

#[test]
fn data_are_outdated_one_second_past_the_skew() {
    assert_eq!(after(-1), None);
    assert_eq!(after(0), None);
    assert_eq!(after(60), None);
    assert_eq!(after(61), Some("OUTDATED"));
    assert_eq!(after(1_000_000), Some("OUTDATED"));
}

#[test]
fn a_code_is_signed_within_the_days_of_its_certificate() {
    let signer = Signer::new();
    for ((year, month, day), expected) in [
        ((2024, 2, 29), Some("CERTIFICATE_NOT_VALID")),
        // At noon it begins and ends, but a seal does not say at which hour it was signed.
        ((2024, 3, 1), None),
        ((2026, 11, 29), None),
        ((2029, 3, 1), None),
        ((2029, 3, 2), Some("CERTIFICATE_NOT_VALID")),
    ] {
        let bytes = Code::simple().signed_on(year, month, day).signed_by(&signer);
        assert_eq!(refusal(&bytes, &signer.certificates()), expected, "{year}-{month}-{day}");
    }
}

#[test]
fn a_certificate_that_is_over_today_was_good_when_it_signed() {
    let signer = Signer::new();
    let code = Code::simple().changed(0x80, b"01-01-2031 00:00:00");
    let later = now() + TimeDelta::days(4 * 365);
    assert_eq!(verify(&code.signed_by(&signer), &signer.certificates(), later).err(), None);
}

#[test]
fn what_is_outdated_is_first_of_all_signed() {
    let signer = Signer::new();
    let bytes = Code::simple().changed(0x80, b"01-01-2025 00:00:00").signed_by(&signer);
    assert_eq!(refusal(&bytes, &signer.certificates()), Some("OUTDATED"));
    assert_eq!(refusal(&bytes, &Certificates::default()), Some("UNKNOWN_SIGNER"));
    let card = read(&bytes).expect("a code").verify(&signer.certificates()).expect("signed");
    assert_eq!(card.check_time(card.valid_until), Ok(()));
}
