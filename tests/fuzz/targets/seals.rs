//! Any bytes as a seal, and any bytes after the header of a good one: a card or a refusal, never a panic. What is read
//! was signed by nobody.
#![no_main]

use acredita_seals::{Certificates, Refusal, c40, midni};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    check(bytes);
    let header = ["ES", "ESPN01", "A"].into_iter().filter_map(c40::encode).flatten();
    let mut seal = vec![0xDC, 0x03];
    seal.extend(header);
    seal.extend([0x3F, 0xA8, 0xF8, 0x3F, 0xA8, 0xF8]);
    seal.extend(bytes);
    check(&seal);
    let _ = Certificates::default().add(bytes);
});

fn check(bytes: &[u8]) {
    if let Ok(code) = midni::read(bytes) {
        assert_eq!(code.verify(&Certificates::default()).err(), Some(Refusal::UnknownSigner));
    }
}
