//! The requests and answers of Document AI (`projects.locations.processors.process`, v1).

use crate::mapping::{Signal, SignalValue};
use acredita_domain::pictures::{Picture, Sha256Digest};
use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use serde::Deserialize;

/// The request for one picture, written by hand into one buffer: a value in between would hold the picture twice. The
/// field mask keeps the text that was read and the page's image out of the answer.
pub(super) fn request(picture: &Picture) -> Bytes {
    let mut body = String::with_capacity(picture.bytes.len() / 3 * 4 + 160);
    body.push_str(r#"{"rawDocument":{"content":""#);
    BASE64_STANDARD.encode_string(&picture.bytes, &mut body);
    body.push_str(r#"","mimeType":""#);
    body.push_str(picture.format.as_str());
    body.push_str(r#""},"skipHumanReview":true,"fieldMask":"entities"}"#);
    Bytes::from(body)
}

pub(super) struct Answer {
    pub entities: Vec<Entity>,
    /// SHA-256 of the raw answer.
    pub digest: Sha256Digest,
}

/// One finding. Links to evidence are among them; nobody follows them.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Entity {
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    mention_text: String,
}

impl Entity {
    pub fn signal(&self) -> Signal<'_> {
        (&self.kind, SignalValue::Word(&self.mention_text))
    }
}

/// Parses an answer; `None` if it has no document. JSON leaves an empty list of entities out.
pub(super) fn answer(body: &[u8]) -> Option<Answer> {
    #[derive(Deserialize)]
    struct Processed {
        document: Document,
    }
    #[derive(Deserialize)]
    struct Document {
        #[serde(default)]
        entities: Vec<Entity>,
    }
    let processed: Processed = serde_json::from_slice(body).ok()?;
    Some(Answer { entities: processed.document.entities, digest: Sha256Digest::of(body) })
}
