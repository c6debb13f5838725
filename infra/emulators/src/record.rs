//! Recorded requests.

use crate::{Recording, lock};
use axum::{
    body::{Body, Bytes, to_bytes},
    http::request::Parts,
};
use std::{convert::Infallible, sync::Mutex};

/// Two pictures of 10 MiB in Base64, and a margin.
const MOST_BYTES: usize = 32 * 1024 * 1024;

/// A request as it arrived.
#[derive(Clone)]
pub struct Recorded {
    pub method: String,
    /// The path, with the query.
    pub path: String,
    /// In lower case, sorted.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// A part of a multipart body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    pub name: String,
    pub file_name: Option<String>,
    pub content_type: Option<String>,
    pub bytes: Vec<u8>,
}

impl Recorded {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str())
    }

    /// The parts of a multipart body, in order; empty for any other body.
    pub async fn parts(&self) -> Option<Vec<Part>> {
        parts(self.header("content-type")?, self.body.clone()).await
    }
}

pub(crate) async fn parts(content_type: &str, body: Vec<u8>) -> Option<Vec<Part>> {
    let boundary = multer::parse_boundary(content_type).ok()?;
    let body = futures_util::stream::once(async move { Ok::<_, Infallible>(body) });
    let mut multipart = multer::Multipart::new(body, boundary);
    let mut parts = Vec::new();
    while let Some(field) = multipart.next_field().await.ok()? {
        parts.push(Part {
            name: field.name()?.to_owned(),
            file_name: field.file_name().map(str::to_owned),
            content_type: field.content_type().map(ToString::to_string),
            bytes: field.bytes().await.ok()?.to_vec(),
        });
    }
    Some(parts)
}

pub(crate) struct Journal {
    recording: Recording,
    requests: Mutex<Vec<Recorded>>,
}

impl Journal {
    pub fn new(recording: Recording) -> Self {
        Self { recording, requests: Mutex::default() }
    }

    pub fn note(&self, parts: &Parts, body: &Bytes) {
        if self.recording == Recording::Off {
            return;
        }
        let header = |value: &axum::http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let mut headers: Vec<_> = parts.headers.iter().map(|(name, value)| (name.to_string(), header(value))).collect();
        headers.sort();
        let recorded =
            Recorded { method: parts.method.to_string(), path: parts.uri.to_string(), headers, body: body.to_vec() };
        lock(&self.requests).push(recorded);
    }

    pub fn take(&self) -> Vec<Recorded> {
        std::mem::take(&mut lock(&self.requests))
    }
}

pub(crate) async fn body_of(body: Body) -> Result<Bytes, axum::Error> {
    to_bytes(body, MOST_BYTES).await
}
