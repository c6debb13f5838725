//! JSON bodies of any bytes: what is read is what any parser reads, and an actor is read out of it or its faults are
//! reported.
#![no_main]

use acredita_http::{
    Faults, Fields,
    actor::{Names, read_actor},
    json,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(body) = json::parse(data) else { return };
    assert_eq!(serde_json::from_slice::<serde_json::Value>(data).ok().as_ref(), Some(&body));
    let mut faults = Faults::default();
    if let Some(fields) = Fields::of_body(&body, &mut faults) {
        read_actor(&fields, Names::Required, &mut faults);
    }
});
