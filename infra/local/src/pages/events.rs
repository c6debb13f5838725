//! The events as a page: the stream of an organisation, and the log of one subject with what its chain is worth.

use super::{NO_STORE, html::Html};
use crate::{
    client::with_query,
    event_log::{Chain, Events, Look, Seen},
    events::known_by,
    keys::READY_ORG,
};
use acredita_domain::{
    events::{Author, EventType, StoredEvent},
    ids::{EventId, OrgId, SubjectId},
};
use axum::{
    extract::{Query, State},
    http::{StatusCode, header::CACHE_CONTROL},
    response::{Html as Page, IntoResponse, Response},
};
use chrono::SecondsFormat;
use serde::Deserialize;
use serde_json::Value;
use std::sync::Arc;

const PAGE: &str = include_str!("../../assets/events.html");
const EVENT: &str = include_str!("../../assets/event.html");
const HEAD: &str = r#"<noscript><meta http-equiv="refresh" content="5"></noscript>"#;
const NOTHING: &str = r#"<p class="empty">Nothing has happened here. <code>cargo run -- trigger identification.validated</code> makes something happen.</p>"#;
const FILTER: &str = r#"<p class="filter">Only <code>{{value}}</code> <a href="{{without}}">show all</a></p>"#;
const KIND: &str = r#"<a class="badge" href="{{only}}">{{kind}}</a>"#;
const SUBJECT: &str = r#"<small>{{kind}}</small> <a href="{{only}}"><code>{{id}}</code></a>"#;
const FACT: &str = "<div><dt>{{name}}</dt><dd><code>{{value}}</code></dd></div>";
const FIRST: &str = "the first of its subject";
const PREVIOUS: &str = r#"<a href="{{link}}"><code>{{hash}}</code></a>"#;
const OLDER: &str = r#"<p><a href="{{link}}">Older events</a></p>"#;
const CHAIN: &str = r#"<p class="chain {{state}}">{{text}}</p>"#;
/// Hexadecimal digits of a hash that a person compares.
const SHORT: usize = 10;

/// Which events to show.
#[derive(Clone, Deserialize)]
pub struct Filter {
    org: Option<OrgId>,
    r#type: Option<EventType>,
    subject_id: Option<SubjectId>,
    before: Option<EventId>,
}

/// `GET /local/events`.
pub async fn read_events(State(events): State<Arc<dyn Events>>, Query(filter): Query<Filter>) -> Response {
    let org = filter.org.clone().unwrap_or_else(|| READY_ORG.parse().expect("the name of an organisation"));
    let look = Look { org, kind: filter.r#type, subject: filter.subject_id, before: filter.before };
    match events.look(&look).await {
        Ok(seen) => ([(CACHE_CONTROL, NO_STORE)], Page(page(&look, &seen))).into_response(),
        Err(error) => {
            tracing::warn!(%error, "events cannot be shown");
            (StatusCode::SERVICE_UNAVAILABLE, "The events cannot be read at the moment.\n").into_response()
        }
    }
}

fn page(look: &Look, seen: &Seen) -> String {
    let events = match &seen.events[..] {
        [] => Html::template(NOTHING, &[]),
        events => events.iter().map(|event| card(look, seen, event)).collect(),
    };
    let older = seen.older.map(|id| {
        let link = link(&Look { before: Some(id), ..look.clone() });
        Html::template(OLDER, &[("link", link)])
    });
    let slots = [
        ("org", Html::text(&look.org)),
        ("filters", filters(look)),
        ("chain", seen.chain.as_ref().map(chain).unwrap_or_default()),
        ("count", Html::text(seen.events.len())),
        ("events", events),
        ("older", older.unwrap_or_default()),
    ];
    Html::page("Events", Html::template(HEAD, &[]), Html::template(PAGE, &slots))
}

/// What narrows the list, and the way out.
fn filters(look: &Look) -> Html {
    let kind = look.kind.map(|kind| (Html::text(kind), Look { kind: None, before: None, ..look.clone() }));
    let subject = look.subject.map(|id| (Html::text(id), Look { subject: None, before: None, ..look.clone() }));
    let before = look.before.map(|_| (Html::text("older events"), Look { before: None, ..look.clone() }));
    let filter =
        |(value, without): (Html, Look)| Html::template(FILTER, &[("value", value), ("without", link(&without))]);
    [kind, subject, before].into_iter().flatten().map(filter).collect()
}

fn chain(chain: &Chain) -> Html {
    let (state, text) = match chain {
        Chain::Unbroken { events } => {
            ("good", format!("Verified: {events} events, unbroken, and the subject is as they left it."))
        }
        Chain::Broken(fault) => ("broken", format!("Broken: {fault}.")),
        Chain::Busy => ("unknown", "Not verified: it is changing right now.".to_owned()),
    };
    Html::template(CHAIN, &[("state", Html::text(state)), ("text", Html::text(text))])
}

fn card(look: &Look, seen: &Seen, event: &StoredEvent) -> Html {
    let subject = serde_json::to_value(event.subject()).unwrap_or_default();
    let id = known_by(&subject);
    let of_subject = Look { kind: None, subject: id.parse().ok(), before: None, ..look.clone() };
    let of_kind = Look { kind: Some(event.kind()), before: None, ..look.clone() };
    let kind = [("kind", Html::text(event.kind())), ("only", link(&of_kind))];
    let named = [
        ("kind", Html::text(subject["kind"].as_str().unwrap_or_default())),
        ("id", Html::text(&id)),
        ("only", link(&of_subject)),
    ];
    let previous = match event.previous_hash() {
        None => Html::text(FIRST),
        Some(hash) => {
            let place = Html::from_iter([link(&of_subject), Html::text(format!("#h-{hash}"))]);
            Html::template(PREVIOUS, &[("link", place), ("hash", Html::text(short(hash)))])
        }
    };
    let reference = seen.references.get(&event.subject()).map(|id| fact("client_reference_id", id.expose()));
    let facts = event.data().iter().map(|(name, value)| fact(name, &readable(value))).chain(reference).collect();
    let hash = event.hash.to_string();
    let slots = [
        ("kind", Html::template(KIND, &kind)),
        ("subject", Html::template(SUBJECT, &named)),
        ("sequence", Html::text(event.sequence())),
        ("created_at", Html::text(event.created_at().to_rfc3339_opts(SecondsFormat::Secs, true))),
        ("facts", facts),
        ("previous", previous),
        ("short_hash", Html::text(short(&hash))),
        ("hash", Html::text(&hash)),
        ("by", Html::text(by(event))),
        ("event_id", Html::text(event.id())),
    ];
    Html::template(EVENT, &slots)
}

fn fact(name: &str, value: &str) -> Html {
    Html::template(FACT, &[("name", Html::text(name)), ("value", Html::text(value))])
}

/// A text as it is, digests in their short forms, and anything else as JSON.
fn readable(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(members) => {
            let member = |(name, value): (&String, &Value)| format!("{name} {}", short(&readable(value)));
            members.iter().map(member).collect::<Vec<_>>().join(", ")
        }
        value => value.to_string(),
    }
}

fn by(event: &StoredEvent) -> String {
    let who = match event.by() {
        Author::System => vec!["SYSTEM"],
        Author::Client { subject, client_id, issuer } => {
            let named = [subject, client_id, issuer].into_iter().filter_map(|name| name.as_deref());
            std::iter::once("CLIENT").chain(named).collect()
        }
    };
    match event.request_id() {
        Some(request) => format!("{}, request {request}", who.join(" · ")),
        None => who.join(" · "),
    }
}

fn short(hash: &str) -> &str {
    hash.get(..SHORT).unwrap_or(hash)
}

/// The page that shows this.
fn link(look: &Look) -> Html {
    let parameters = [
        ("type", look.kind.map(|kind| kind.to_string())),
        ("subject_id", look.subject.map(|id| id.to_string())),
        ("before", look.before.map(|id| id.to_string())),
        ("org", Some(look.org.to_string()).filter(|org| org != READY_ORG)),
    ];
    Html::text(with_query("/local/events", &parameters))
}

#[cfg(test)]
mod tests;
