//! An event in an answer.

use acredita_domain::{
    events::{Author, EventType, Subject},
    ids::EventId,
    use_cases::ToldEvent,
};
use chrono::SecondsFormat;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use utoipa::ToSchema;

crate::schema_of_names! {
    /// The types of events.
    EventTypeBody as "EventType": EventType
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
    /// `IDENTIFICATION`, `SCORING`, `CHAIN`, `REVIEW`, `WEBHOOK_ENDPOINT`, `SETTINGS`, `SEARCH` or `EXPORT`.
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
    #[schema(nullable = false)]
    pub search_id: Option<uuid::Uuid>,
    #[schema(nullable = false)]
    pub export_id: Option<uuid::Uuid>,
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
