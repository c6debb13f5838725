//! Multipart of any content type and any bytes: read or refused, and no picture beyond its limits gets through.
#![no_main]

use acredita_domain::{Time, pictures::MAX_PICTURE_BYTES};
use acredita_http::multipart::read_pictures;
use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, header},
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    // The first line is the content type.
    let end = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    let Ok(content_type) = HeaderValue::from_bytes(&data[..end]) else { return };
    let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, content_type)]);
    let body = Body::from(data[end..].get(1..).unwrap_or_default().to_vec());
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    if let Ok(pictures) = runtime.block_on(read_pictures(&headers, body, Time::UNIX_EPOCH)) {
        assert!(pictures.len() <= 2);
        assert!(pictures.iter().all(|picture| picture.bytes.len() <= MAX_PICTURE_BYTES));
    }
});
