//! The answers of the scoring operations.

use acredita_domain::{
    ids::ScoringId,
    pictures::{PictureFormat, Side, UploadLink},
    scoring::{Provider, ScoringStatus},
    use_cases::{Captures, DelegatedTo, Delegation, ScoringCreated},
};
use acredita_http::answers::Rfc3339;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A new scoring.
#[derive(Serialize, ToSchema)]
pub struct CreatedScoring {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    pub scoring_id: ScoringId,
    /// `CREATED`.
    #[schema(value_type = String, example = "CREATED")]
    pub status: ScoringStatus,
    /// When it was created.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Rfc3339,
    /// The time from which it cannot be scored.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Rfc3339,
}

impl From<ScoringCreated> for CreatedScoring {
    fn from(created: ScoringCreated) -> Self {
        Self {
            scoring_id: created.id,
            status: ScoringStatus::Created,
            created_at: Rfc3339(created.created_at),
            expires_at: Rfc3339(created.expires_at),
        }
    }
}

/// The pictures of a scoring.
#[derive(Serialize, ToSchema)]
pub struct CapturesAnswer {
    /// The newest of each side.
    pub captures: Vec<CaptureAnswer>,
}

/// A picture.
#[derive(Serialize, ToSchema)]
pub struct CaptureAnswer {
    /// `FRONT` or `BACK`.
    #[schema(value_type = String, example = "FRONT")]
    pub side: Side,
    /// `image/jpeg` or `image/png`.
    #[schema(value_type = String, example = "image/jpeg")]
    pub content_type: PictureFormat,
    /// The number of bytes that the link returns.
    pub size_bytes: u64,
    /// The SHA-256 digest of the bytes that the link returns, in hexadecimal.
    pub sha256: String,
    /// When it arrived.
    #[schema(value_type = String, format = DateTime)]
    pub captured_at: Rfc3339,
    /// A signed link to download it, as an attachment: the picture as it came, without metadata.
    #[schema(format = "uri")]
    pub url: String,
    /// When the link expires.
    #[schema(value_type = String, format = DateTime)]
    pub url_expires_at: Rfc3339,
}

impl From<Captures> for CapturesAnswer {
    fn from(captures: Captures) -> Self {
        let answer = |linked: acredita_domain::use_cases::LinkedCapture| CaptureAnswer {
            side: linked.capture.side,
            content_type: linked.capture.format,
            size_bytes: linked.capture.size_bytes,
            sha256: linked.capture.sha256.into(),
            captured_at: Rfc3339(linked.capture.captured_at),
            url: linked.link.url,
            url_expires_at: Rfc3339(linked.link.expires_at),
        };
        Self { captures: captures.into_iter().map(answer).collect() }
    }
}

/// A way for somebody else to take the pictures.
#[derive(Serialize, ToSchema)]
pub struct DelegationAnswer {
    /// Who scores.
    #[schema(value_type = String, example = "INTERNAL")]
    pub provider: Provider,
    /// The credentials for it.
    pub credentials: Credentials,
    /// The way to the capture.
    pub metadata: DelegationMetadata,
}

/// The credentials for it.
#[derive(Serialize, ToSchema)]
pub struct Credentials {
    /// The token that the provider's pages ask for. It is given once and stored nowhere: if you lose it, delegate again.
    /// For `INTERNAL` it only names the delegation: a signed link needs nothing else.
    #[schema(example = "c56a4180-65aa-42ec-a945-5fd21dec0538")]
    pub access_token: String,
    /// `SignedLink` for `INTERNAL`, `XpressID` for `VERIDAS`.
    #[schema(example = "SignedLink")]
    pub token_type: &'static str,
    /// When it expires.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Rfc3339,
}

/// The way to the capture.
#[derive(Serialize, ToSchema)]
pub struct DelegationMetadata {
    /// For `INTERNAL`, by side, `front` and `back`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub uploads: Option<BTreeMap<&'static str, UploadAnswer>>,
    /// For `VERIDAS`, its page for the person, with the token in it, to be opened or embedded. Treat what that page reports
    /// to the embedding page as a hint: a score without a body asks the provider itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = "uri")]
    pub url: Option<String>,
    /// For `VERIDAS`, its id of the capture.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub validation_id: Option<String>,
}

/// Where to upload the picture of a side.
#[derive(Serialize, ToSchema)]
pub struct UploadAnswer {
    /// The signed link.
    #[schema(format = "uri")]
    pub url: String,
    /// `PUT`.
    #[schema(example = "PUT")]
    pub method: &'static str,
    /// Headers to send with it, for a file that was stated; none otherwise. `content-length` is sent by every client.
    pub headers: BTreeMap<String, String>,
}

impl From<Delegation> for DelegationAnswer {
    fn from(delegation: Delegation) -> Self {
        let nothing = DelegationMetadata { uploads: None, url: None, validation_id: None };
        let (access_token, token_type, metadata) = match delegation.to {
            DelegatedTo::Uploads(links) => {
                let uploads = links.into_iter().map(|(side, link)| (side.part(), UploadAnswer::from(link))).collect();
                (delegation.id.to_string(), "SignedLink", DelegationMetadata { uploads: Some(uploads), ..nothing })
            }
            DelegatedTo::Hosted(pages) => {
                let (url, validation_id) = (Some(pages.url.expose().clone()), Some(pages.reference.into()));
                (pages.access_token.expose().clone(), "XpressID", DelegationMetadata { url, validation_id, ..nothing })
            }
        };
        let credentials = Credentials { access_token, token_type, expires_at: Rfc3339(delegation.expires_at) };
        Self { provider: delegation.provider, credentials, metadata }
    }
}

impl From<UploadLink> for UploadAnswer {
    fn from(link: UploadLink) -> Self {
        Self { url: link.link.url, method: "PUT", headers: link.headers.into_iter().collect() }
    }
}
