//! Answers that several operations share.

use acredita_domain::{
    Time,
    actor::{Actor, Language},
    identification::{MethodKind, Status},
    ids::{AdminIdentificationId, ChainId, IdentificationId, ScoringId},
    membership::Membership,
    otp::SecondFactor,
    use_cases::{Created, Done, Metadata},
};
use axum::{
    Json,
    http::{HeaderName, HeaderValue, StatusCode},
    response::{IntoResponse, Response},
};
use chrono::SecondsFormat;
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

/// A time in an answer: RFC 3339, UTC, to the second.
#[derive(Clone, Copy, Debug, ToSchema)]
#[schema(value_type = String, format = DateTime, example = "2026-11-20T08:33:00Z")]
pub struct Rfc3339(pub Time);

impl Serialize for Rfc3339 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.to_rfc3339_opts(SecondsFormat::Secs, true))
    }
}

/// A new identification.
#[derive(Serialize, ToSchema)]
pub struct CreatedIdentification {
    /// The back office's handle: cancel, close, delete.
    #[schema(value_type = uuid::Uuid)]
    pub admin_identification_id: AdminIdentificationId,
    /// The actor's side: metadata, validate, resend.
    #[schema(value_type = uuid::Uuid)]
    pub identification_id: IdentificationId,
    /// `CREATED`.
    #[schema(value_type = String, example = "CREATED")]
    pub status: Status,
    /// When it was created.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Rfc3339,
    /// The time from which it cannot be validated.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Rfc3339,
    /// The linked scoring, for an identity document.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<uuid::Uuid>)]
    pub scoring_id: Option<ScoringId>,
    /// The code, if the channel is external: the caller delivers it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "k7m2pq")]
    pub code: Option<String>,
    /// The time from which the code is no longer accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>, format = DateTime)]
    pub code_expires_at: Option<Rfc3339>,
}

impl CreateAnswer<CreatedIdentification> {
    pub fn new(status: StatusCode, created: Created) -> Self {
        Self { status, replayed: created.replayed, body: created.into() }
    }
}

impl From<Created> for CreatedIdentification {
    fn from(created: Created) -> Self {
        Self {
            admin_identification_id: created.admin_id,
            identification_id: created.id,
            status: Status::Created,
            created_at: Rfc3339(created.created_at),
            expires_at: Rfc3339(created.expires_at),
            scoring_id: created.scoring_id,
            code_expires_at: created.code.as_ref().map(|code| Rfc3339(code.expires_at)),
            code: created.code.map(|code| code.code.expose().to_owned()),
        }
    }
}

/// The answer to a create. One that repeats an earlier request's answer says so in a header.
pub struct CreateAnswer<T> {
    pub status: StatusCode,
    pub replayed: bool,
    pub body: T,
}

/// The header of a repeated answer; absent where the request itself created.
pub const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

impl<T: Serialize> IntoResponse for CreateAnswer<T> {
    fn into_response(self) -> Response {
        marked((self.status, Json(self.body)).into_response(), self.replayed)
    }
}

/// The answer to a step: 204 No Content. One that repeats an earlier request's answer says so in the same header.
pub struct StepAnswer(pub Done);

impl IntoResponse for StepAnswer {
    fn into_response(self) -> Response {
        marked(StatusCode::NO_CONTENT.into_response(), self.0 == Done::Before)
    }
}

fn marked(mut response: Response, replayed: bool) -> Response {
    if replayed {
        response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    }
    response
}

/// The actor as the actor's side sees it: masked, so that it reveals nothing new.
#[derive(Serialize, ToSchema)]
pub struct MaskedActor {
    /// Given name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "James")]
    pub name: Option<String>,
    /// The language of messages.
    #[schema(value_type = String, example = "ES")]
    pub language: Language,
    /// The address, masked; absent where it is asked for as the second factor.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "e*****e@email.com")]
    pub email: Option<String>,
    /// The phone, masked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "*******789")]
    pub msisdn: Option<String>,
}

impl MaskedActor {
    /// What is asked for as a second factor is not shown, not even in part. A number or a picture of the document never
    /// is.
    pub fn of(actor: &Actor, asks_for_email: bool) -> Self {
        let email = actor.email.as_ref().filter(|_| !asks_for_email);
        Self {
            name: actor.name.as_ref().map(|name| name.expose().to_owned()),
            language: actor.language,
            email: email.map(|email| email.masked()),
            msisdn: actor.msisdn.as_ref().map(|msisdn| msisdn.masked()),
        }
    }
}

/// The metadata that all methods share.
#[derive(Serialize, ToSchema)]
pub struct CommonMetadata {
    /// The actor's side.
    #[schema(value_type = uuid::Uuid)]
    pub identification_id: IdentificationId,
    /// `AGENT`, `OTP` or `IDENTITY_DOCUMENT`.
    #[serde(rename = "type")]
    #[schema(value_type = String)]
    pub kind: MethodKind,
    /// Its status.
    #[schema(value_type = String, example = "CREATED")]
    pub status: Status,
    /// When it was created.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Rfc3339,
    /// The time from which it cannot be validated.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Rfc3339,
    /// The person, masked.
    pub actor: MaskedActor,
    /// The chain that it is a step of, if it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub chain: Option<ChainMetadata>,
}

/// The place of an identification in a chain.
#[derive(Serialize, ToSchema)]
pub struct ChainMetadata {
    /// The chain, on the actor's side.
    #[schema(value_type = uuid::Uuid)]
    pub identification_chain_id: ChainId,
    /// Its index in the sequence. It is open when all before it are `VALIDATED`.
    #[schema(example = 0)]
    pub step: usize,
}

impl From<Membership> for ChainMetadata {
    fn from(Membership { chain_id, step, .. }: Membership) -> Self {
        Self { identification_chain_id: chain_id, step }
    }
}

impl From<&Metadata> for CommonMetadata {
    fn from(metadata: &Metadata) -> Self {
        let identification = &metadata.identification;
        let asks = identification.otp().is_some_and(|otp| otp.second_factor == Some(SecondFactor::Email));
        let asks_for_email = asks || identification.membership.is_some_and(|place| place.asks_for_email);
        Self {
            identification_id: identification.id,
            kind: identification.method.kind(),
            status: identification.status(metadata.now),
            created_at: Rfc3339(identification.created_at),
            expires_at: Rfc3339(identification.expires_at),
            actor: MaskedActor::of(&identification.actor, asks_for_email),
            chain: identification.membership.map(ChainMetadata::from),
        }
    }
}
