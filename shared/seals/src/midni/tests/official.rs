//! The certificates of the police.

use crate::Certificates;

const PRODUCTION: &[u8] = include_bytes!("../../../certificates/4D393EEC9AD3289964D22FB9F744A884.pem");
const TESTS: [&[u8]; 2] = [
    include_bytes!("../../../certificates/tests/2274948240B9368F65E5C80FEBFE5CE4.pem"),
    include_bytes!("../../../certificates/tests/3A8218A77234B8C468EDF6A96B18EF3A.pem"),
];

#[test]
fn the_certificates_of_the_police_can_sign_seals() {
    let mut certificates = Certificates::default();
    for file in [PRODUCTION, TESTS[0], TESTS[1]] {
        certificates.add(file).expect("a certificate");
    }
    assert_eq!((certificates.len(), certificates.unfit().count()), (3, 0));
}
