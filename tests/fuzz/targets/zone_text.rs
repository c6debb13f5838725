//! Any text as the lines of a machine-readable zone: fields or a refusal, never a panic.
#![no_main]

use acredita_mrz::icao::{countries, parse};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let lines: Vec<&str> = text.lines().collect();
    if let Ok(parsed) = parse(&lines) {
        let _ = (parsed.digits_hold(), countries::kind(&parsed.fields), countries::holder_number(&parsed.fields));
    }
});
