//! The answer about the pictures of a record.

use acredita_domain::{
    ids::{IdentificationId, ScoringId},
    pictures::{PictureFormat, Side},
    use_cases::{PictureUse, RecordPicture},
};
use acredita_http::answers::Rfc3339;
use serde::Serialize;
use utoipa::ToSchema;

/// The pictures that are kept of a record.
#[derive(Serialize, ToSchema)]
pub struct RecordPicturesAnswer {
    pub pictures: Vec<RecordPictureAnswer>,
}

acredita_http::schema_of_names! {
    /// What a picture was taken for.
    PictureUseBody as "PictureUse": PictureUse
}

/// A picture.
#[derive(Serialize, ToSchema)]
#[schema(as = RecordPicture)]
pub struct RecordPictureAnswer {
    /// What it was taken for.
    #[schema(value_type = PictureUseBody)]
    pub of: PictureUse,
    /// Its identification, on the actor's side.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<uuid::Uuid>)]
    pub identification_id: Option<IdentificationId>,
    /// Its scoring.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<uuid::Uuid>)]
    pub scoring_id: Option<ScoringId>,
    /// `FRONT` or `BACK`, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>, example = "FRONT")]
    pub side: Option<Side>,
    /// `image/jpeg` or `image/png`.
    #[schema(value_type = String, example = "image/jpeg")]
    pub content_type: PictureFormat,
    /// The number of bytes that the link returns, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub size_bytes: Option<u64>,
    /// The SHA-256 digest of the bytes that the link returns, in hexadecimal.
    pub sha256: String,
    /// When it arrived.
    #[schema(value_type = String, format = DateTime)]
    pub captured_at: Rfc3339,
    /// A signed link to download it, as an attachment.
    #[schema(format = "uri")]
    pub url: String,
    /// When the link expires.
    #[schema(value_type = String, format = DateTime)]
    pub url_expires_at: Rfc3339,
}

impl From<Vec<RecordPicture>> for RecordPicturesAnswer {
    fn from(pictures: Vec<RecordPicture>) -> Self {
        let answer = |RecordPicture { kept, link }: RecordPicture| RecordPictureAnswer {
            of: kept.taken_for,
            identification_id: kept.identification_id,
            scoring_id: kept.scoring_id,
            side: kept.side,
            content_type: kept.format,
            size_bytes: kept.size_bytes,
            sha256: kept.sha256.into(),
            captured_at: Rfc3339(kept.captured_at),
            url: link.url,
            url_expires_at: Rfc3339(link.expires_at),
        };
        Self { pictures: pictures.into_iter().map(answer).collect() }
    }
}
