//! What the operations on endpoints read and answer.

use acredita_domain::{
    Invalid, Time,
    ids::{EndpointId, EventId},
    ports::{Delivery, Outcome},
    use_cases::CreateEndpoint,
    webhooks::{Endpoint, EndpointChange, EndpointSecret, EndpointStatus, EventTypes, Failure, Overlap},
};
use acredita_http::{
    Faults, Fields, ParseRequest, RequestReader,
    answers::Rfc3339,
    listing::limit,
    request::{BodyKind, MAX_JSON},
    schemas::Text,
};
use serde::Serialize;
use std::str::FromStr;
use utoipa::ToSchema;

/// An endpoint to be.
#[derive(ToSchema)]
pub struct CreateEndpointBody {
    /// An https URL on port 443 or 8443 with a public address, without credentials and without a fragment.
    #[schema(max_length = 2_048, pattern = r"^https?://[!-~]+$")]
    pub url: String,
    /// Exact types, `kind.*`, or `*`. Default: `*`.
    #[schema(max_items = 64, min_items = 1)]
    pub event_types: Option<Vec<EventTypePattern>>,
    /// What you call it.
    #[schema(value_type = Option<Text>)]
    pub description: Option<String>,
}

/// Changes of an endpoint. What is absent stays as it is.
#[derive(ToSchema)]
pub struct UpdateEndpointBody {
    /// As on create.
    #[schema(max_length = 2_048, pattern = r"^https?://[!-~]+$")]
    pub url: Option<String>,
    /// As on create.
    #[schema(max_items = 64, min_items = 1)]
    pub event_types: Option<Vec<EventTypePattern>>,
    /// As on create.
    #[schema(value_type = Option<Text>)]
    pub description: Option<String>,
    /// `ENABLED` after a failure begins anew: the events since then.
    pub status: Option<EndpointStatusName>,
}

/// A type of events, all types of a kind, or all.
#[derive(ToSchema)]
#[schema(pattern = r"^(\*|[a-z_]+\.(\*|[a-z_]+))$", example = "identification.*")]
pub struct EventTypePattern(#[expect(dead_code, reason = "only its schema is used")] String);

acredita_http::schema_of_names! {
    /// Whether an endpoint gets events.
    EndpointStatusName as "EndpointStatus": EndpointStatus
}

/// For how long the old secret signs too.
#[derive(ToSchema)]
pub struct RotateSecretBody {
    /// An ISO 8601 duration of at most 72 hours. Default: `PT24H`.
    #[schema(example = "PT24H")]
    pub overlap: Option<String>,
}

/// The time in which events failed.
#[derive(ToSchema)]
pub struct RecoverBody {
    /// From this time on.
    #[schema(format = DateTime)]
    pub since: String,
    /// Up to this time. Default: now.
    #[schema(format = DateTime)]
    pub until: Option<String>,
}

/// Where an event is sent again.
#[derive(ToSchema)]
pub struct ResendBody {
    /// The endpoint.
    #[schema(value_type = uuid::Uuid)]
    pub endpoint_id: EndpointId,
}

/// An endpoint.
#[derive(Serialize, ToSchema)]
pub struct EndpointAnswer {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    pub endpoint_id: EndpointId,
    /// Where events go.
    pub url: String,
    /// Which events go there.
    pub event_types: Vec<String>,
    /// What its owner calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub description: Option<String>,
    /// Whether it gets events.
    #[schema(value_type = EndpointStatusName)]
    pub status: EndpointStatus,
    /// When it was created.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Rfc3339,
    /// What its messages are signed with. Only in the answer to its create.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")]
    pub secret: Option<String>,
}

impl From<Endpoint> for EndpointAnswer {
    fn from(endpoint: Endpoint) -> Self {
        Self {
            endpoint_id: endpoint.id,
            url: endpoint.url.as_str().to_owned(),
            event_types: endpoint.event_types.as_slice().to_vec(),
            description: endpoint.description.map(|description| description.as_str().to_owned()),
            status: endpoint.status,
            created_at: Rfc3339(endpoint.created_at),
            secret: None,
        }
    }
}

impl From<(Endpoint, EndpointSecret)> for EndpointAnswer {
    fn from((endpoint, secret): (Endpoint, EndpointSecret)) -> Self {
        Self { secret: Some(secret.expose()), ..endpoint.into() }
    }
}

/// All endpoints of an organisation.
#[derive(Serialize, ToSchema)]
pub struct EndpointsAnswer {
    /// The oldest first.
    pub webhook_endpoints: Vec<EndpointAnswer>,
}

/// A new secret.
#[derive(Serialize, ToSchema)]
pub struct SecretAnswer {
    /// What messages are signed with from now on.
    #[schema(example = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")]
    pub secret: String,
}

/// What was sent to an endpoint.
#[derive(Serialize, ToSchema)]
pub struct DeliveriesAnswer {
    /// The newest first, of the last 30 days.
    pub deliveries: Vec<DeliveryAnswer>,
    /// Where the list goes on; absent at its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub next_cursor: Option<String>,
}

/// A try.
#[derive(Serialize, ToSchema)]
pub struct DeliveryAnswer {
    /// The event, or the ping.
    #[schema(value_type = uuid::Uuid)]
    pub event_id: EventId,
    /// Its type.
    #[serde(rename = "type")]
    #[schema(example = "identification.validated")]
    pub kind: String,
    /// From 1.
    pub attempt: u32,
    /// When it was sent.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Rfc3339,
    /// The status that the receiver answered with.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = 200)]
    pub http_status: Option<u16>,
    /// Why there is no status: `TIMEOUT`, `CONNECTION` or `ADDRESS`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "TIMEOUT")]
    pub error: Option<&'static str>,
    /// How long it took.
    pub milliseconds: u64,
}

impl From<Delivery> for DeliveryAnswer {
    fn from(delivery: Delivery) -> Self {
        let (http_status, error) = match delivery.outcome {
            Outcome::Taken(status) | Outcome::Failed(Failure::Status { status, .. }) => (Some(status), None),
            Outcome::Failed(Failure::Nothing(word)) => (None, Some(word.as_str())),
        };
        let Delivery { event_id, kind, attempt, at, milliseconds, .. } = delivery;
        Self { event_id, kind, attempt, created_at: Rfc3339(at), http_status, error, milliseconds }
    }
}

pub struct CreateEndpointRequest(pub CreateEndpoint);

impl ParseRequest for CreateEndpointRequest {
    const BODY: BodyKind = BodyKind::Json(MAX_JSON);

    fn parse(request: &RequestReader<'_>, faults: &mut Faults) -> Option<Self> {
        let body = request.body(faults)?;
        let url = body.required_text("url", faults);
        let event_types = event_types(&body, faults);
        let description = body.text("description", faults);
        Some(Self(CreateEndpoint { url: url?, event_types: event_types.unwrap_or_else(EventTypes::all), description }))
    }
}

pub struct UpdateEndpointRequest {
    pub id: EndpointId,
    pub change: EndpointChange,
}

impl ParseRequest for UpdateEndpointRequest {
    const BODY: BodyKind = BodyKind::Json(MAX_JSON);

    fn parse(request: &RequestReader<'_>, faults: &mut Faults) -> Option<Self> {
        let id = request.path("endpoint_id", faults);
        let body = request.body(faults)?;
        let change = EndpointChange {
            url: body.text("url", faults),
            event_types: event_types(&body, faults),
            description: body.text("description", faults),
            status: body.name("status", faults),
        };
        Some(Self { id: id?, change })
    }
}

fn event_types(body: &Fields<'_>, faults: &mut Faults) -> Option<EventTypes> {
    let patterns = body.texts("event_types", EventTypes::pattern, faults)?;
    faults.value(body.place("event_types"), EventTypes::of(patterns))
}

pub struct EndpointRequest {
    pub id: EndpointId,
}

impl ParseRequest for EndpointRequest {
    const BODY: BodyKind = BodyKind::None;

    fn parse(request: &RequestReader<'_>, faults: &mut Faults) -> Option<Self> {
        Some(Self { id: request.path("endpoint_id", faults)? })
    }
}

/// A request without an id and without a body.
pub struct ListRequest;

impl ParseRequest for ListRequest {
    const BODY: BodyKind = BodyKind::None;

    fn parse(_: &RequestReader<'_>, _: &mut Faults) -> Option<Self> {
        Some(Self)
    }
}

pub struct RotateSecretRequest {
    pub id: EndpointId,
    pub overlap: Overlap,
}

impl ParseRequest for RotateSecretRequest {
    const BODY: BodyKind = BodyKind::OptionalJson(MAX_JSON);

    fn parse(request: &RequestReader<'_>, faults: &mut Faults) -> Option<Self> {
        let id = request.path("endpoint_id", faults);
        let overlap = request.body(faults).and_then(|body| body.text("overlap", faults));
        Some(Self { id: id?, overlap: overlap.unwrap_or_default() })
    }
}

pub struct ResendRequest {
    pub event: EventId,
    pub endpoint: EndpointId,
}

impl ParseRequest for ResendRequest {
    const BODY: BodyKind = BodyKind::Json(MAX_JSON);

    fn parse(request: &RequestReader<'_>, faults: &mut Faults) -> Option<Self> {
        let event = request.path("event_id", faults);
        let endpoint = request.body(faults).and_then(|body| body.required_text("endpoint_id", faults));
        Some(Self { event: event?, endpoint: endpoint? })
    }
}

pub struct RecoverRequest {
    pub id: EndpointId,
    pub since: Time,
    pub until: Option<Time>,
}

impl ParseRequest for RecoverRequest {
    const BODY: BodyKind = BodyKind::Json(MAX_JSON);

    fn parse(request: &RequestReader<'_>, faults: &mut Faults) -> Option<Self> {
        let id = request.path("endpoint_id", faults);
        let body = request.body(faults)?;
        let since: Option<Moment> = body.required_text("since", faults);
        let until: Option<Moment> = body.text("until", faults);
        if let (Some(Moment(since)), Some(Moment(until))) = (&since, &until)
            && until < since
        {
            faults.add(body.place("until"), "is before since");
        }
        Some(Self { id: id?, since: since?.0, until: until.map(|Moment(until)| until) })
    }
}

/// RFC 3339.
struct Moment(Time);

impl FromStr for Moment {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        text.parse().map(Self).map_err(|_| Invalid("is not a time in RFC 3339"))
    }
}

pub struct DeliveriesRequest {
    pub id: EndpointId,
    pub limit: usize,
    pub after: Option<String>,
}

impl ParseRequest for DeliveriesRequest {
    const BODY: BodyKind = BodyKind::None;

    fn parse(request: &RequestReader<'_>, faults: &mut Faults) -> Option<Self> {
        let id = request.path("endpoint_id", faults);
        let limit = limit(request, faults);
        let after = request.query("cursor", faults).map(|cursor| cursor.into_owned());
        Some(Self { id: id?, limit, after })
    }
}
