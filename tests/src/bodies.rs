//! Request bodies, as the published API shows them.

use crate::request::base64;
use serde_json::{Value, json};

/// The published actor.
pub fn actor() -> Value {
    json!({
        "name": "James", "last_name": "Smith",
        "identity_document": { "document_number": "12345678A", "document_type": "NIF", "country": "ES" },
        "email": "example@email.com", "msisdn": { "phone_number": 6123456789_i64, "country_code": "34" }, "language": "ES",
    })
}

/// The caller's own id of what a body creates.
pub const REFERENCE: &str = "order-4711-of-james";
/// A text of the caller's own.
pub const NOTE: &str = "brought by his sister";

/// A create's body with a reference of the caller's.
pub fn referenced(mut body: Value) -> Value {
    body["client_reference_id"] = json!(REFERENCE);
    body["metadata"] = json!({ "note": NOTE });
    body
}

/// The body of a cancel.
pub fn reason() -> Value {
    json!({ "reason": "The customer changed their mind" })
}

/// A confirmation without a picture.
pub fn confirmation() -> Value {
    json!({ "agent": "shop-042/maria" })
}

/// A confirmation with a picture of the document.
pub fn evidence() -> Value {
    json!({ "agent": "shop-042/maria", "evidence": base64(&evidence_png(1)) })
}

/// The body of a validate with a code.
pub fn code(code: &str) -> Value {
    json!({ "code": code })
}

/// An agent identification, with or without a picture as evidence.
pub fn agent(picture: bool) -> Value {
    json!({ "actor": actor(), "personal_document_image": picture, "expires_in": "PT1H" })
}

/// An OTP by SMS, without a second factor.
pub fn otp() -> Value {
    json!({ "actor": actor(), "expires_in": "PT1H", "channel": { "type": "SMS" } })
}

/// An OTP whose code the caller delivers.
pub fn external_otp() -> Value {
    json!({ "actor": actor(), "expires_in": "PT1H", "channel": { "type": "SMS", "external": "true" } })
}

/// An OTP whose code the caller delivers, and whose second factor is a picture of the published actor's document.
pub fn document_otp() -> Value {
    let mut body = external_otp();
    body["two_factor_type"] = json!("PERSONAL_DOCUMENT_IMAGE");
    body
}

/// A code and pictures of a document's sides.
pub fn code_and_pictures(code: &str, pictures: &[(&str, &[u8])]) -> Value {
    let pictures: serde_json::Map<String, Value> =
        pictures.iter().map(|(side, bytes)| ((*side).to_owned(), json!(base64(bytes)))).collect();
    json!({ "code": code, "two_factor": pictures })
}

/// An OTP by SMS to a phone of its own, so that tests do not share a throttle.
pub fn otp_to(phone: u64) -> Value {
    let mut body = otp();
    body["actor"]["msisdn"]["phone_number"] = json!(phone);
    body
}

pub fn identity_document(configuration: &str) -> Value {
    json!({ "actor": actor(), "configuration_name": configuration, "expires_in": "PT1H" })
}

/// A scoring by our own engine.
pub fn scoring() -> Value {
    json!({ "document": { "type": "IDENTITY_CARD", "country": "ES" }, "provider": "INTERNAL", "expires_in": "PT1H" })
}

/// A file of all records, with these columns.
pub fn export(columns: &str) -> Value {
    json!({ "created_from": "2026-01-01T00:00:00Z", "created_to": "2100-01-01T00:00:00Z", "columns": columns })
}

/// A file of `tests/fixtures`.
pub fn fixture(name: &str) -> Vec<u8> {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name);
    std::fs::read(file).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// A small PNG that decodes: 64 × 40, with a pattern that depends on `seed`.
pub fn png(seed: u32) -> Vec<u8> {
    png_of(64, 40, seed)
}

/// A PNG that is just large enough for an agent's evidence.
pub fn evidence_png(seed: u32) -> Vec<u8> {
    png_of(200 + seed % 3, 200, seed)
}

/// A grey PNG of noise of this size: about as many bytes as pixels.
pub fn png_of_noise(width: u32, height: u32) -> Vec<u8> {
    let mut state = 0x9E37_79B9_u32;
    let pixels = (0..width * height).map(|_| {
        // Xorshift (Marsaglia, 2003): a period of 2³² − 1.
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        (state >> 24) as u8
    });
    encode(width, height, &pixels.collect::<Vec<u8>>())
}

/// A PNG of this size, with a pattern that depends on `seed`.
pub fn png_of(width: u32, height: u32, seed: u32) -> Vec<u8> {
    let pixels: Vec<u8> = (0..width * height)
        .map(|i| (i.wrapping_mul(seed.wrapping_mul(2).wrapping_add(1).wrapping_mul(2_654_435_761)) >> 24) as u8)
        .collect();
    encode(width, height, &pixels)
}

fn encode(width: u32, height: u32, pixels: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.write_header().expect("a header").write_image_data(pixels).expect("pixels");
    bytes
}
