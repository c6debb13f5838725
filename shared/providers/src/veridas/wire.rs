//! The requests to vali-Das and XpressID, and their short answers.

use acredita_domain::{
    pictures::{Picture, PictureFormat, Side},
    ports::Entropy,
};
use bytes::Bytes;
use http::HeaderValue;
use serde::Deserialize;
use serde_json::{Value, json};
use std::fmt::Write;

pub(super) struct Form {
    pub content_type: HeaderValue,
    pub body: Bytes,
}

/// The upload of a side (RFC 7578). Each part has exactly the type of its content: a sister API of Veridas's answers
/// 500 otherwise.
pub(super) fn side(side: Side, picture: &Picture, document_type: &str, entropy: &dyn Entropy) -> Option<Form> {
    let (name, obverse) = match side {
        Side::Front => ("obverse", true),
        Side::Back => ("reverse", false),
    };
    let extension = match picture.format {
        PictureFormat::Jpeg => "jpg",
        PictureFormat::Png => "png",
    };
    let boundary = boundary(entropy);
    let mut head = String::new();
    let mut field = |name: &str, value: &str| {
        let _ = write!(head, "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    };
    field("analysisType", name);
    field("serviceMode", "validation");
    if obverse {
        field("documentType", document_type);
    }
    let _ = write!(
        head,
        "--{boundary}\r\nContent-Disposition: form-data; name=\"documentImage\"; filename=\"{name}.{extension}\"\r\nContent-Type: {}\r\n\r\n",
        picture.format
    );
    let tail = format!("\r\n--{boundary}--\r\n");
    let mut body = Vec::with_capacity(head.len() + picture.bytes.len() + tail.len());
    body.extend_from_slice(head.as_bytes());
    body.extend_from_slice(&picture.bytes);
    body.extend_from_slice(tail.as_bytes());
    let content_type = HeaderValue::try_from(format!("multipart/form-data; boundary={boundary}")).ok()?;
    Some(Form { content_type, body: Bytes::from(body) })
}

/// 128 random bits: no picture contains them.
fn boundary(entropy: &dyn Entropy) -> String {
    let mut bytes = [0; 16];
    entropy.fill(&mut bytes);
    bytes.iter().fold("acredita-".to_owned(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The id of a new validation: `data.id`.
pub(super) fn created(body: &[u8]) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok()?;
    body["data"]["id"].as_str().map(str::to_owned)
}

/// Whether an answer says that the document is refused. Anything else may just as well be our own fault, or theirs.
pub(super) fn refuses_document(body: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Error {
        error_type: String,
    }
    serde_json::from_slice::<Error>(body)
        .is_ok_and(|error| matches!(error.error_type.as_str(), "InvalidDocument" | "DocumentValidation"))
}

/// Asks XpressID for a capture of a document only: no selfie, as nobody scores one.
pub(super) fn capture(document_type: &str) -> Bytes {
    let flow = json!({
        "core": { "confirmProcess": false },
        "stages": ["document"],
        "options": { "document": { "captures": [{ "documentTypes": [document_type] }] } },
    });
    Bytes::from(json!({ "data": { "platform": "web", "operationMode": "idv", "flowSetup": flow } }).to_string())
}

/// A capture that was opened: `access_token` and `validation_id`.
pub(super) fn opened(body: &[u8]) -> Option<(String, String)> {
    #[derive(Deserialize)]
    struct Opened {
        access_token: String,
        validation_id: String,
    }
    let Opened { access_token, validation_id } = serde_json::from_slice(body).ok()?;
    // It becomes part of a URL.
    let harmless = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_' | b'.' | b'~' | b'=' | b'+' | b'/');
    let is_token = (1..=8192).contains(&access_token.len()) && access_token.bytes().all(harmless);
    is_token.then_some((access_token, validation_id))
}
