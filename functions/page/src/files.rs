//! The files, which are part of the program.

use axum::{
    http::{HeaderValue, header},
    response::IntoResponse,
};
use sha2::{Digest, Sha256};

pub const INDEX: &str = "index.html";

pub struct File {
    pub name: &'static str,
    bytes: &'static [u8],
    pub etag: HeaderValue,
}

macro_rules! files {
    ($($name:literal),+ $(,)?) => {
        /// All of them.
        pub fn all() -> Vec<File> {
            vec![$(File::new($name, include_bytes!(concat!("../assets/", $name)))),+]
        }
    };
}

files! {
    "api.js",
    "app.js",
    "dom.js",
    "door.js",
    "en.js",
    "es.js",
    "events.js",
    "exports.js",
    "icon.svg",
    "index.html",
    "parts.js",
    "pictures.js",
    "record.js",
    "records.js",
    "reviews.js",
    "session.js",
    "settings.js",
    "sms.js",
    "style.css",
    "texts.js",
    "webhooks.js",
}

impl File {
    fn new(name: &'static str, bytes: &'static [u8]) -> Self {
        let digest: String = Sha256::digest(bytes)[..12].iter().map(|byte| format!("{byte:02x}")).collect();
        // Hexadecimal digits are good in a header.
        let etag = HeaderValue::from_str(&format!("\"{digest}\"")).unwrap_or(HeaderValue::from_static("\"\""));
        Self { name, bytes, etag }
    }

    pub fn content(&self) -> impl IntoResponse + use<> {
        let kind = match self.name.rsplit('.').next() {
            Some("html") => "text/html; charset=utf-8",
            Some("css") => "text/css; charset=utf-8",
            Some("svg") => "image/svg+xml",
            _ => "text/javascript; charset=utf-8",
        };
        ([(header::CONTENT_TYPE, HeaderValue::from_static(kind))], self.bytes)
    }

    /// Whether a client that sends these tags has this file.
    pub fn is_among(&self, tags: &str) -> bool {
        let mut tags = tags.split(',').map(|tag| tag.trim().trim_start_matches("W/"));
        tags.any(|tag| tag == "*" || self.etag == tag)
    }
}
