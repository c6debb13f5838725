//! Any bytes as a picture: an answer, never a panic, and never more pixels than the limits allow.
#![no_main]

use acredita_pictures::{Limits, decode_within, inspect};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits { bytes: 1 << 20, pixels: 1 << 20 };
    if let Ok(luma) = decode_within(bytes, limits) {
        let header = inspect(bytes, limits).expect("what decodes has a header");
        assert_eq!(luma.pixels.len(), luma.width * luma.height);
        assert_eq!(luma.pixels.len() as u64, u64::from(header.width) * u64::from(header.height));
    }
});
