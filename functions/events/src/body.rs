//! The queries and answers about events.

use acredita_domain::{
    Invalid, Time,
    events::{Author, EventType, Subject},
    ids::EventId,
    ports::Order,
    use_cases::{EventFilter, ListEvents, ListedEvents, ToldEvent},
};
use acredita_http::{Faults, ParseRequest, RequestReader, fault::Place, listing::limit, request::BodyKind};
use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use serde_json::Value;
use std::{collections::BTreeMap, str::FromStr};
use utoipa::{IntoParams, ToSchema};

acredita_http::schema_of_names! {
    /// The types of events.
    EventTypeBody as "EventType": EventType
}

/// Which events to list.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub struct EventsQuery {
    /// Only events of this type.
    #[param(inline = false)]
    pub r#type: Option<EventTypeBody>,
    /// Only events of this subject: any of its ids.
    pub subject_id: Option<uuid::Uuid>,
    /// Only events from this time on.
    #[param(value_type = Option<String>, format = DateTime, example = "2026-11-20T00:00:00Z")]
    pub created_from: Option<String>,
    /// Only events before this time.
    #[param(value_type = Option<String>, format = DateTime, example = "2026-11-21T00:00:00Z")]
    pub created_to: Option<String>,
    /// `asc` or `desc`. Default: `desc`, the newest first.
    #[param(pattern = "^([Aa][Ss][Cc]|[Dd][Ee][Ss][Cc])$", example = "desc")]
    pub order: Option<String>,
    /// At most this many. Default: 50.
    #[param(minimum = 1, maximum = 100, example = 50)]
    pub limit: Option<u32>,
    /// The `next_cursor` of an answer to the same query. It is good for 24 hours.
    #[param(example = "eyJrIjoi")]
    pub cursor: Option<String>,
}

pub struct ListEventsRequest {
    pub command: ListEvents,
}

impl ParseRequest for ListEventsRequest {
    const BODY: BodyKind = BodyKind::None;

    fn parse(request: &RequestReader<'_>, faults: &mut Faults) -> Option<Self> {
        let kind = read(request, "type", faults).map(|Kind(kind)| kind);
        let subject = read(request, "subject_id", faults);
        let from = read(request, "created_from", faults).map(|Moment(from)| from);
        let to = read(request, "created_to", faults).map(|Moment(to)| to);
        let order = read(request, "order", faults).map_or(Order::Descending, |Sorted(order)| order);
        let limit = limit(request, faults);
        let cursor = request.query("cursor", faults).map(std::borrow::Cow::into_owned);
        let filter = EventFilter { kind, subject, from, to, order };
        Some(Self { command: ListEvents { filter, limit, cursor } })
    }
}

/// A parameter of the query that may be absent.
fn read<T: FromStr<Err = Invalid>>(request: &RequestReader<'_>, name: &'static str, faults: &mut Faults) -> Option<T> {
    let text = request.query(name, faults)?;
    faults.value(Place::Query(name), text.trim().parse())
}

/// In any case.
struct Kind(EventType);

impl FromStr for Kind {
    type Err = Invalid;
    fn from_str(text: &str) -> Result<Self, Invalid> {
        text.to_ascii_lowercase().parse().map(Self)
    }
}

struct Moment(Time);

impl FromStr for Moment {
    type Err = Invalid;
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let at = DateTime::parse_from_rfc3339(text).map_err(|_| Invalid("is not a time of RFC 3339"))?;
        Ok(Self(at.with_timezone(&Utc)))
    }
}

struct Sorted(Order);

impl FromStr for Sorted {
    type Err = Invalid;
    fn from_str(text: &str) -> Result<Self, Invalid> {
        match text.to_ascii_lowercase().as_str() {
            "asc" => Ok(Self(Order::Ascending)),
            "desc" => Ok(Self(Order::Descending)),
            _ => Err(Invalid("is neither asc nor desc")),
        }
    }
}

pub struct EventRequest {
    pub id: EventId,
}

impl ParseRequest for EventRequest {
    const BODY: BodyKind = BodyKind::None;

    fn parse(request: &RequestReader<'_>, faults: &mut Faults) -> Option<Self> {
        Some(Self { id: request.path("event_id", faults)? })
    }
}

/// A part of a list of events.
#[derive(Serialize, ToSchema)]
pub struct EventsAnswer {
    pub events: Vec<EventAnswer>,
    /// Asks for what comes next. Absent at the end of a list in descending order, where it may also lead to nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub next_cursor: Option<String>,
}

/// Something that happened.
#[derive(Serialize, ToSchema)]
#[schema(as = Event)]
pub struct EventAnswer {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    pub event_id: EventId,
    /// What happened.
    #[schema(value_type = EventTypeBody)]
    pub r#type: EventType,
    /// When it was written.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// Its number within its subject, from 1 on without a gap.
    #[schema(minimum = 1)]
    pub sequence: u64,
    /// What it is about.
    #[schema(value_type = SubjectBody)]
    pub subject: Subject,
    /// What else there is to say, by type. Personal values are digests under a key of the subject's own, which is erased
    /// with the subject. `client_reference_id` is joined from the subject while it is there.
    #[schema(value_type = Object)]
    pub data: BTreeMap<String, Value>,
    /// Whoever did it.
    #[schema(value_type = AuthorBody)]
    pub by: Author,
    /// The request that did it: `x-request-id` of its answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub request_id: Option<String>,
    /// The hash of the event before; null for the first.
    pub previous_hash: Option<String>,
    /// SHA-256 of the previous hash (32 bytes; none for the first) and the bytes of the event as it is stored.
    pub hash: String,
}

/// What an event is about.
#[derive(ToSchema)]
#[schema(as = Subject)]
pub struct SubjectBody {
    /// `IDENTIFICATION`, `SCORING`, `CHAIN`, `REVIEW`, `WEBHOOK_ENDPOINT` or `SETTINGS`.
    #[schema(example = "IDENTIFICATION")]
    pub kind: String,
    #[schema(nullable = false)]
    pub identification_id: Option<uuid::Uuid>,
    #[schema(nullable = false)]
    pub admin_identification_id: Option<uuid::Uuid>,
    #[schema(nullable = false)]
    pub scoring_id: Option<uuid::Uuid>,
    #[schema(nullable = false)]
    pub identification_chain_id: Option<uuid::Uuid>,
    #[schema(nullable = false)]
    pub admin_identification_chain_id: Option<uuid::Uuid>,
    #[schema(nullable = false)]
    pub review_id: Option<uuid::Uuid>,
    #[schema(nullable = false)]
    pub endpoint_id: Option<uuid::Uuid>,
    #[schema(nullable = false)]
    pub settings_id: Option<uuid::Uuid>,
}

/// Whoever did something.
#[derive(ToSchema)]
#[schema(as = Author)]
pub struct AuthorBody {
    /// `CLIENT`: a token. `PERSON`: the page. `SYSTEM`: a worker or the sweep.
    #[schema(example = "CLIENT")]
    pub kind: String,
    /// The token's subject; on the person's side a keyed digest of it.
    #[schema(nullable = false)]
    pub subject: Option<String>,
    #[schema(nullable = false)]
    pub client_id: Option<String>,
    #[schema(nullable = false)]
    pub issuer: Option<String>,
}

impl From<ListedEvents> for EventsAnswer {
    fn from(ListedEvents { events, next_cursor }: ListedEvents) -> Self {
        Self { events: events.into_iter().map(EventAnswer::from).collect(), next_cursor }
    }
}

impl From<ToldEvent> for EventAnswer {
    fn from(ToldEvent { event, client_reference_id }: ToldEvent) -> Self {
        let mut data = event.data().clone();
        let reference = client_reference_id.map(|id| ("client_reference_id".to_owned(), id.expose().to_owned().into()));
        data.extend(reference);
        Self {
            event_id: event.id(),
            r#type: event.kind(),
            created_at: event.created_at().to_rfc3339_opts(SecondsFormat::Millis, true),
            sequence: event.sequence(),
            subject: event.subject(),
            data,
            by: event.by().clone(),
            request_id: event.request_id().map(str::to_owned),
            previous_hash: event.previous_hash().map(str::to_owned),
            hash: event.hash.to_string(),
        }
    }
}
