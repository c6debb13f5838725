//! Stored and queued data: no code in the clear, and personal data only where it belongs.

use super::{
    CANARIES, CLIENT, DOCUMENT, EMAIL, FINGERPRINT, KEY, NAME, NOTE, PHONE, REASON, REFERENCE, SUBJECT, assert_none_in,
    flows::{self, Secrets},
    request, with_actor,
};
use acceptance::{
    World, bodies,
    faults::{Faults, Moment},
    look::{Item, text},
};
use chrono::TimeDelta;
use serde_json::Value;

async fn after_all_flows() -> (World, Secrets) {
    let world = World::with_external_provider().await;
    let mut secrets = Secrets::default();
    flows::agent(&world, &mut secrets).await;
    flows::midni(&world, &mut secrets).await;
    flows::otp(&world, &mut secrets).await;
    flows::picture(&world, &mut secrets).await;
    flows::document(&world, &mut secrets).await;
    flows::review(&world, &mut secrets).await;
    (world, secrets)
}

/// The complete item, keys and values.
fn shown(item: &Item) -> String {
    format!("{item:?}")
}

#[tokio::test]
async fn no_code_lies_in_the_table_in_the_clear() {
    let (world, secrets) = after_all_flows().await;
    let items = world.items().await;
    for prefix in ["IDN#", "ADM#", "SCO#", "REV#", "IDM#", "DST#", "MDN#", "MDC#"] {
        assert!(items.iter().any(|item| text(item, "pk").starts_with(prefix)), "{prefix}");
    }
    for item in items {
        assert_none_in(&shown(&item), secrets.codes.iter().map(String::as_str));
    }
}

/// What an item besides the aggregates must not contain. Events name the clients of the business, who answer for what they
/// do.
fn foreign_to(item: &Item) -> impl Iterator<Item = &'static str> {
    let of_event = text(item, "pk").starts_with("EVT#");
    CANARIES.into_iter().filter(move |canary| !(of_event && [SUBJECT, CLIENT].contains(canary)))
}

/// The aggregates contain the persons. Handles, messages, first answers, throttles and the index of due work contain
/// ids and digests.
#[tokio::test]
async fn personal_data_lies_in_the_aggregates_alone() {
    let (world, _) = after_all_flows().await;
    let mut aggregates = String::new();
    for item in world.items().await {
        let aggregate = matches!(&text(&item, "pk")[..4], "IDN#" | "SCO#" | "REV#") && text(&item, "sk") == "A";
        if aggregate {
            aggregates.push_str(&shown(&item));
            // An idempotency key may be anything, so only its digest is stored.
            assert_none_in(&shown(&item), [KEY]);
        } else {
            assert_none_in(&shown(&item), foreign_to(&item));
        }
    }
    for canary in [NAME, DOCUMENT, PHONE, EMAIL, REASON, REFERENCE, NOTE, FINGERPRINT] {
        assert!(aggregates.contains(canary), "{canary} is kept where it belongs");
    }
    for name in world.pictures().await {
        assert_none_in(&name, CANARIES);
    }
}

#[tokio::test]
async fn the_queue_carries_two_ids_and_nothing_else() {
    let mut world = World::start().await;
    let otp = |world: &World| request(world, "POST", "/identifications/otp", Some(with_actor(bodies::otp())));
    world.send(otp(&world)).await.expect(201);
    // One that the sweep kicks.
    let whole = world.app.clone();
    world.serve(Faults::on("Queue::kick", 0, Moment::Before).around(&whole));
    let id = world.send(otp(&world)).await.expect(201).text("identification_id");
    world.serve(whole);
    world.clock.advance(TimeDelta::seconds(60));
    world.sweep().await;
    // One that is sent again on request.
    request(&world, "POST", &format!("/identifications/otp/{id}/resend"), None);
    world.call("POST", &format!("/identifications/otp/{id}/resend"), None).await.expect(204);

    let bodies = world.queued().await;
    assert!(bodies.len() >= 3, "{bodies:?}");
    for body in bodies {
        let body: Value = serde_json::from_str(&body).expect("JSON");
        let fields = body.as_object().expect("an object");
        assert_eq!(fields.keys().collect::<Vec<_>>(), ["identification_id", "message_id"]);
        for id in fields.values() {
            let id = id.as_str().expect("a text");
            assert!(id.len() == 36 && id.chars().all(|c| c == '-' || c.is_ascii_hexdigit()), "{id}");
        }
    }
}

#[tokio::test]
async fn what_an_erasure_leaves_names_nobody() {
    let (world, secrets) = after_all_flows().await;
    world.clock.advance(TimeDelta::hours(2) + world.app.policy.retention);
    assert_eq!(world.sweep().await.failed, 0);
    assert!(world.pictures().await.is_empty());
    for item in world.items().await {
        assert_none_in(&shown(&item), foreign_to(&item));
        assert_none_in(&shown(&item), secrets.codes.iter().map(String::as_str));
    }
}
