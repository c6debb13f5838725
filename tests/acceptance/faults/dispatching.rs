//! Delivering events: every one arrives, in the order of its subject, whatever fails.

use super::{Run, at_every_call};
use crate::webhooks::{
    created_and_cancelled, endpoint, pass,
    receiver::{Receiver, Reply},
    sequences,
};
use acceptance::World;
use acredita_local::workers;
use serde_json::json;

/// Hands the wakes that are queued to a worker with the fault.
async fn dispatched_once(world: &World, run: &Run) {
    let wakes = world.receive_wakes().await;
    acredita_dispatch::dispatch(&run.faults.around(&world.app), workers::event(&wakes)).await;
}

#[tokio::test]
async fn events_arrive_in_their_order_and_a_fault_doubles_no_more_than_one() {
    at_every_call(async |world: &mut World, run: &Run| {
        let receiver = Receiver::start().await;
        endpoint(world, &receiver, &["identification.*"]).await;
        created_and_cancelled(world).await;
        dispatched_once(world, run).await;
        pass(world, 4).await;
        let arrived = sequences(&receiver).into_values().next().expect("one subject");
        assert!([&[1, 2][..], &[1, 1, 2], &[1, 2, 2]].contains(&&arrived[..]), "{arrived:?}");
        world.assert_whole().await;
    })
    .await;
}

#[tokio::test]
async fn an_event_that_was_not_taken_is_sent_again_in_its_order() {
    at_every_call(async |world: &mut World, run: &Run| {
        let receiver = Receiver::start().await;
        endpoint(world, &receiver, &["identification.*"]).await;
        receiver.answer(|number| if number == 0 { Reply::Status(503) } else { Reply::Status(200) });
        created_and_cancelled(world).await;
        dispatched_once(world, run).await;
        pass(world, 5).await;
        let arrived = sequences(&receiver).into_values().next().expect("one subject");
        assert!([&[1, 2][..], &[1, 1, 2], &[1, 2, 2]].contains(&&arrived[..]), "{arrived:?}");
    })
    .await;
}

#[tokio::test]
async fn an_endpoint_that_is_gone_is_disabled_whatever_fails() {
    at_every_call(async |world: &mut World, run: &Run| {
        let receiver = Receiver::start().await;
        let (id, _) = endpoint(world, &receiver, &["identification.*"]).await;
        receiver.answer(|_| Reply::Status(410));
        created_and_cancelled(world).await;
        dispatched_once(world, run).await;
        pass(world, 5).await;
        let read = world.call("GET", &format!("/webhook_endpoints/{id}"), None).await.expect(200);
        assert_eq!(read.text("status"), "DISABLED");
        let path = "/events?type=webhook_endpoint.disabled";
        let disabled = world.call("GET", path, None).await.expect(200).json();
        assert_eq!(disabled["events"].as_array().map(Vec::len), Some(1));
    })
    .await;
}

#[tokio::test]
async fn what_is_asked_for_is_sent_at_least_once() {
    at_every_call(async |world: &mut World, run: &Run| {
        let receiver = Receiver::start().await;
        let (id, _) = endpoint(world, &receiver, &["scoring.*"]).await;
        created_and_cancelled(world).await;
        world.dispatch().await;
        let listed = world.call("GET", "/events?type=identification.created", None).await.expect(200).json();
        let event = listed["events"][0]["event_id"].as_str().expect("an event");
        let ping = world.request("POST", &format!("/webhook_endpoints/{id}/ping"), None);
        let resend = world.request("POST", &format!("/events/{event}/resend"), Some(json!({ "endpoint_id": id })));
        for call in [ping, resend] {
            if run.first_try(world, call.clone()).await.status != 202 {
                world.send(call).await.expect(202);
            }
        }
        dispatched_once(world, run).await;
        pass(world, 4).await;
        let kinds: Vec<String> =
            receiver.taken().iter().map(|taken| taken.body()["type"].as_str().expect("a type").to_owned()).collect();
        for kind in ["webhook_endpoint.ping", "identification.created"] {
            let times = kinds.iter().filter(|arrived| *arrived == kind).count();
            assert!((1..=2).contains(&times), "{kind}: {kinds:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_failed_is_recovered_whatever_fails() {
    at_every_call(async |world: &mut World, run: &Run| {
        let receiver = Receiver::start().await;
        let (id, _) = endpoint(world, &receiver, &["identification.*"]).await;
        let path = format!("/webhook_endpoints/{id}");
        world.call("PATCH", &path, Some(json!({ "status": "DISABLED" }))).await.expect(200);
        created_and_cancelled(world).await;
        pass(world, 1).await;
        world.call("PATCH", &path, Some(json!({ "status": "ENABLED" }))).await.expect(200);
        world.dispatch().await;
        let since = json!({ "since": "2026-11-20T00:00:00Z" });
        world.call("POST", &format!("{path}/recover"), Some(since)).await.expect(202);
        dispatched_once(world, run).await;
        pass(world, 4).await;
        let arrived = sequences(&receiver).into_values().next().expect("one subject");
        assert!([&[1, 2][..], &[1, 1, 2], &[1, 2, 2], &[1, 2, 1, 2]].contains(&&arrived[..]), "{arrived:?}");
    })
    .await;
}

#[tokio::test]
async fn an_endpoint_is_created_or_not_at_all() {
    at_every_call(async |world: &mut World, run: &Run| {
        let body = json!({ "url": "https://8.8.8.8/hooks" });
        let create = world.request("POST", "/webhook_endpoints", Some(body));
        let first = run.first_try(world, create.clone()).await;
        run.assert_told(&first, 201, &[]);
        let made = first.status == 201 || run.silenced("Endpoints::create");
        world.send(create).await.expect(201);
        let listed = world.call("GET", "/webhook_endpoints", None).await.expect(200).json();
        let count = listed["webhook_endpoints"].as_array().map(Vec::len);
        assert_eq!(count, Some(1 + usize::from(made)), "who did not get the secret deletes the endpoint");
        world.dispatch().await;
        world.assert_whole().await;
    })
    .await;
}

#[tokio::test]
async fn a_secret_is_rotated_or_can_be_rotated_again() {
    at_every_call(async |world: &mut World, run: &Run| {
        let receiver = Receiver::start().await;
        let (id, secret) = endpoint(world, &receiver, &["*"]).await;
        let rotate = world.request("POST", &format!("/webhook_endpoints/{id}/rotate_secret"), None);
        let first = run.first_try(world, rotate.clone()).await;
        run.assert_told(&first, 200, &[]);
        let again = world.send(rotate).await.expect(200).text("secret");
        pass(world, 2).await;
        let verifies = |secret: &str, taken: &crate::webhooks::receiver::Taken| {
            let verifier = standardwebhooks::Webhook::new(secret).expect("a secret");
            let signed_at = taken.header("webhook-timestamp").parse().expect("seconds");
            let signature = verifier.sign(&taken.header("webhook-id"), signed_at, taken.body.as_bytes());
            taken.header("webhook-signature").split(' ').any(|one| Ok(one) == signature.as_deref().map_err(drop))
        };
        let latest = receiver.taken().pop().expect("a message");
        let twice = first.status == 200 || run.silenced("Endpoints::change");
        assert!(verifies(&again, &latest));
        assert_eq!(verifies(&secret, &latest), !twice, "a second rotation ends the oldest secret at once");
        world.assert_whole().await;
    })
    .await;
}

#[tokio::test]
async fn an_endpoint_is_deleted_once() {
    at_every_call(async |world: &mut World, run: &Run| {
        let receiver = Receiver::start().await;
        let (id, _) = endpoint(world, &receiver, &["*"]).await;
        let delete = world.request("DELETE", &format!("/webhook_endpoints/{id}"), None);
        let first = run.first_try(world, delete.clone()).await;
        run.assert_told(&first, 204, &[]);
        let gone = first.status == 204 || run.silenced("Endpoints::delete");
        world.send(delete).await.expect(if gone { 404 } else { 204 });
        pass(world, 2).await;
        world.assert_whole().await;
    })
    .await;
}
