//! The queries about records, and the list that is answered.

use acredita_domain::{
    Invalid,
    ids::RecordId,
    records::{RecordFilter, RecordKind, RecordRow, RecordStatus},
    review::ReviewStatus,
    use_cases::{ListRecords, ListedRecords},
};
use acredita_http::{
    Faults, ParseRequest, RequestReader,
    answers::Rfc3339,
    listing::{Moment, limit, read},
    request::BodyKind,
    review::ReviewStatusName,
};
use serde::Serialize;
use std::str::FromStr;
use utoipa::{IntoParams, ToSchema};

acredita_http::schema_of_names! {
    /// What a record is about. Steps of a chain are in the record of their chain.
    RecordKindBody as "RecordKind": RecordKind
}

acredita_http::schema_of_names! {
    /// The state of what a record is about.
    RecordStatusBody as "RecordStatus": RecordStatus
}

/// Which records to list.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RecordsQuery {
    /// Only records of this kind.
    #[param(inline = false)]
    pub kind: Option<RecordKindBody>,
    /// Only records in this state.
    #[param(inline = false)]
    pub status: Option<RecordStatusBody>,
    /// Only records with exactly this id of your own.
    #[param(example = "order-4711", max_length = 200, pattern = r"\S")]
    pub client_reference_id: Option<String>,
    /// Only what was created from this time on.
    #[param(value_type = Option<String>, format = DateTime, example = "2026-11-20T00:00:00Z")]
    pub created_from: Option<String>,
    /// Only what was created before this time.
    #[param(value_type = Option<String>, format = DateTime, example = "2026-11-21T00:00:00Z")]
    pub created_to: Option<String>,
    /// Only records whose review has come so far.
    #[param(inline = false)]
    pub review: Option<ReviewStatusName>,
    /// At most this many. Default: 50.
    #[param(minimum = 1, maximum = 100, example = 50)]
    pub limit: Option<u32>,
    /// The `next_cursor` of an answer to the same query. It is good for 24 hours.
    #[param(example = "eyJrIjoi")]
    pub cursor: Option<String>,
}

pub struct ListRecordsRequest {
    pub command: ListRecords,
}

impl ParseRequest for ListRecordsRequest {
    const BODY: BodyKind = BodyKind::None;

    fn parse(request: &RequestReader<'_>, faults: &mut Faults) -> Option<Self> {
        let filter = RecordFilter {
            kind: read(request, "kind", faults).map(|AnyCase(kind)| kind),
            status: read(request, "status", faults).map(|AnyCase(status)| status),
            client_reference_id: read(request, "client_reference_id", faults),
            review: read(request, "review", faults).map(|AnyCase(review)| review),
        };
        let from = read(request, "created_from", faults).map(|Moment(from)| from);
        let to = read(request, "created_to", faults).map(|Moment(to)| to);
        let limit = limit(request, faults);
        let cursor = request.query("cursor", faults).map(std::borrow::Cow::into_owned);
        Some(Self { command: ListRecords { filter, from, to, limit, cursor } })
    }
}

/// A name of the contract in any case.
struct AnyCase<T>(T);

impl<T: FromStr<Err = Invalid>> FromStr for AnyCase<T> {
    type Err = Invalid;
    fn from_str(text: &str) -> Result<Self, Invalid> {
        text.to_ascii_uppercase().parse().map(Self)
    }
}

pub struct RecordRequest {
    pub id: RecordId,
}

impl ParseRequest for RecordRequest {
    const BODY: BodyKind = BodyKind::None;

    fn parse(request: &RequestReader<'_>, faults: &mut Faults) -> Option<Self> {
        Some(Self { id: request.path("record_id", faults)? })
    }
}

/// A part of a list of records.
#[derive(Serialize, ToSchema)]
pub struct RecordsAnswer {
    pub records: Vec<RecordSummary>,
    /// Asks for what comes next. Absent at the end of the list; it may also lead to nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub next_cursor: Option<String>,
}

/// A record in a list. Nothing in it is about a person.
#[derive(Serialize, ToSchema)]
pub struct RecordSummary {
    /// What it is read by.
    #[schema(value_type = uuid::Uuid)]
    pub record_id: RecordId,
    /// What it is about.
    #[schema(value_type = RecordKindBody)]
    pub kind: RecordKind,
    /// Its state. What is over by the clock is `EXPIRED`.
    #[schema(value_type = RecordStatusBody)]
    pub status: RecordStatus,
    /// When it was created.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Rfc3339,
    /// The time from which it cannot be validated, or scored.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Rfc3339,
    /// Your own id.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "order-4711")]
    pub client_reference_id: Option<String>,
    /// The latest score, from 0 to 1, of an identity document or of a scoring that stands alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 0, maximum = 1)]
    pub score: Option<f64>,
    /// How far its review has come; absent if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<ReviewStatusName>)]
    pub review: Option<ReviewStatus>,
}

impl From<ListedRecords> for RecordsAnswer {
    fn from(ListedRecords { records, next_cursor, now }: ListedRecords) -> Self {
        let summary = |row: RecordRow| RecordSummary {
            record_id: row.id,
            kind: row.kind,
            status: row.status(now),
            created_at: Rfc3339(row.created_at),
            expires_at: Rfc3339(row.expires_at),
            client_reference_id: row.client_reference_id.map(|id| id.expose().to_owned()),
            score: row.score.map(|score| score.cut().value()),
            review: row.review,
        };
        Self { records: records.into_iter().map(summary).collect(), next_cursor }
    }
}
