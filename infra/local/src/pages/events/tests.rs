//! The page of events, of a log with something nasty in it.

use super::*;
use acredita_domain::events::{BrokenChain, EventHash};
use serde_json::json;
use std::collections::HashMap;

const ID: &str = "7c9e6679-7425-40de-944b-e07fc1f90ae7";
const NASTY: &str = r#"<script>alert(1)</script> "{{hash}}""#;

fn org() -> OrgId {
    "demo".parse().expect("a name")
}

fn look() -> Look {
    Look { org: org(), kind: None, subject: None, before: None }
}

/// The second event of an identification, by a client with such a name.
fn event(client: &str) -> StoredEvent {
    let text = json!({
        "event_id": "0197b2a4-93c0-7c3e-8a54-2f6f0b1f6c11", "type": "identification.cancelled",
        "created_at": "2026-11-20T08:33:00.120Z", "sequence": 2,
        "subject": { "kind": "IDENTIFICATION", "identification_id": ID, "admin_identification_id": "3fa85f64-5717-4562-b3fc-2c963f66afa6" },
        "data": { "status": "CANCELLED", "wrong_tries": 3, "note": client, "digests": { "name": "f1458442b948ee6dbd14002956ab5711" } }, "by": { "kind": "CLIENT", "client_id": client },
        "request_id": client, "previous_hash": "ab".repeat(32),
    });
    let text = text.to_string();
    let hash = EventHash::of(None, text.as_bytes());
    StoredEvent::read(org(), text, hash).expect("an event")
}

fn seen(chain: Option<Chain>) -> Seen {
    let event = event(NASTY);
    let reference = NASTY.parse().expect("a text");
    Seen { references: HashMap::from([(event.subject(), reference)]), events: vec![event], older: None, chain }
}

#[test]
fn what_callers_wrote_is_shown_and_never_run() {
    let page = page(&look(), &seen(None));
    assert!(!page.contains("alert(1)</script>"), "{page}");
    assert_eq!(page.matches("&lt;script&gt;alert(1)&lt;/script&gt; &quot;{{hash}}&quot;").count(), 4, "{page}");
}

#[test]
fn an_event_leads_to_its_subject_to_its_type_and_to_the_event_before() {
    let page = page(&look(), &seen(None));
    for link in [
        format!("href=\"/local/events?subject_id={ID}\""),
        format!("href=\"/local/events?subject_id={ID}#h-{}\"", "ab".repeat(32)),
        "href=\"/local/events?type=identification.cancelled\"".to_owned(),
    ] {
        assert!(page.contains(&link), "{link} in {page}");
    }
    assert!(page.contains(&format!("id=\"h-{}\"", event(NASTY).hash)), "{page}");
}

#[test]
fn an_event_says_what_it_is_about_with_digests_in_short() {
    let page = page(&look(), &seen(None));
    for (name, value) in [("status", "CANCELLED"), ("wrong_tries", "3"), ("digests", "name f1458442b9")] {
        assert!(page.contains(&format!("<dt>{name}</dt><dd><code>{value}</code>")), "{name} in {page}");
    }
}

#[test]
fn a_narrowed_page_says_how_and_leads_out_of_it_and_onwards_within_it() {
    let narrowed = Look { kind: Some(EventType::IdentificationCancelled), subject: ID.parse().ok(), ..look() };
    let older = Some("0197b2a4-93c0-7c3e-8a54-2f6f0b1f6c11".parse().expect("an id"));
    let page = page(&narrowed, &Seen { older, ..seen(None) });
    let (kind, subject) = ("type=identification.cancelled", format!("subject_id={ID}"));
    assert!(page.contains(&format!("href=\"/local/events?{kind}\">show all")), "{page}");
    assert!(page.contains(&format!("href=\"/local/events?{subject}\">show all")), "{page}");
    assert!(page.contains(&format!("?{kind}&amp;{subject}&amp;before=0197b2a4-")), "{page}");
    let other = Look { org: "yoigo".parse().expect("a name"), ..look() };
    assert!(super::page(&other, &seen(None)).contains("&amp;org=yoigo\""), "links stay within the organisation");
}

#[test]
fn the_chain_of_a_subject_is_judged() {
    let shown = |chain| page(&look(), &seen(Some(chain)));
    assert!(shown(Chain::Unbroken { events: 4 }).contains("chain good\">Verified: 4 events, unbroken"));
    let broken = shown(Chain::Broken(BrokenChain::Changed(2)));
    assert!(broken.contains("chain broken\">Broken: event 2 was changed."), "{broken}");
    assert!(shown(Chain::Busy).contains("Not verified"));
    assert!(!page(&look(), &seen(None)).contains("class=\"chain "), "nothing is said of many subjects");
}
