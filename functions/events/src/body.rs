//! The queries and answers about events.

use acredita_domain::{
    Invalid,
    events::EventType,
    ids::EventId,
    ports::Order,
    use_cases::{EventFilter, ListEvents, ListedEvents},
};
use acredita_http::{
    Faults, ParseRequest, RequestReader,
    event::{EventAnswer, EventTypeBody},
    listing::{Moment, limit, read},
    request::BodyKind,
};
use serde::Serialize;
use std::str::FromStr;
use utoipa::{IntoParams, ToSchema};

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

/// In any case.
struct Kind(EventType);

impl FromStr for Kind {
    type Err = Invalid;
    fn from_str(text: &str) -> Result<Self, Invalid> {
        text.to_ascii_lowercase().parse().map(Self)
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

impl From<ListedEvents> for EventsAnswer {
    fn from(ListedEvents { events, next_cursor }: ListedEvents) -> Self {
        Self { events: events.into_iter().map(EventAnswer::from).collect(), next_cursor }
    }
}
