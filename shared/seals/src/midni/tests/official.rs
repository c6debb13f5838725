//! The certificates of the police.

use super::Signer;
use crate::{Certificates, ONLY_FOR_TESTS};
use rcgen::DnType;

const PRODUCTION: &[u8] = include_bytes!("../../../certificates/4D393EEC9AD3289964D22FB9F744A884.pem");
const TESTS: [&[u8]; 2] = [
    include_bytes!("../../../certificates/tests/2274948240B9368F65E5C80FEBFE5CE4.pem"),
    include_bytes!("../../../certificates/tests/3A8218A77234B8C468EDF6A96B18EF3A.pem"),
];

#[test]
fn a_set_of_production_has_the_one_of_production() {
    let police = Certificates::of_the_police();
    assert_eq!((police.len(), police.unfit().count(), police.has_one_for_tests()), (1, 0, false));
    let mut production = Certificates::default();
    production.add(PRODUCTION).expect("a certificate");
    assert!(!production.has_one_for_tests());
    for file in TESTS {
        let mut certificates = Certificates::of_the_police();
        certificates.add(file).expect("a certificate");
        assert!(certificates.has_one_for_tests());
    }
    let ours = Signer::with(|parameters| parameters.distinguished_name.push(DnType::CommonName, ONLY_FOR_TESTS));
    assert!(ours.certificates().has_one_for_tests() && !Signer::new().certificates().has_one_for_tests());
}

#[test]
fn the_certificates_of_the_police_can_sign_seals() {
    let mut certificates = Certificates::default();
    for file in [PRODUCTION, TESTS[0], TESTS[1]] {
        certificates.add(file).expect("a certificate");
    }
    assert_eq!((certificates.len(), certificates.unfit().count()), (3, 0));
}
