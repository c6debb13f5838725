//! No bytes make the reader panic: an ordinary run takes some hundreds, the fuzz target `seals` millions.

use acredita_seals::{Certificates, Seal, c40, midni};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        let _ = Seal::read(&bytes);
        let _ = Certificates::default().add(&bytes);
    }

    #[test]
    fn any_bytes_after_a_good_header_are_read_or_refused(
        kind in 6..11_u8,
        features in prop::collection::vec((any::<u8>(), prop::collection::vec(any::<u8>(), 0..40)), 0..10),
        rest in prop::collection::vec(any::<u8>(), 0..100),
    ) {
        let mut bytes = vec![0xDC, 3];
        for text in ["ES", "ESPN01", "A"] {
            bytes.extend(c40::encode(text).expect("characters of C40"));
        }
        bytes.extend([0x3F, 0xA8, 0xF8, 0x3F, 0xA8, 0xF8, kind, 9]);
        for (tag, value) in features {
            bytes.extend([tag, value.len() as u8]);
            bytes.extend(value);
        }
        bytes.extend(rest);
        let _ = midni::read(&bytes);
    }
}
