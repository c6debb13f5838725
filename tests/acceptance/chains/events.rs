//! What is told of a chain, and of each of its steps in a log of its own.

use acceptance::{
    World,
    chains::{ChainSubject, steps},
};
use chrono::TimeDelta;
use serde_json::{Value, json};

async fn events_of(world: &World, id: &str) -> Vec<Value> {
    let listed = world.call("GET", &format!("/events?subject_id={id}&order=asc&limit=100"), None).await.expect(200);
    listed.json()["events"].as_array().expect("events").clone()
}

fn types(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["type"].as_str().expect("a type")).collect()
}

#[tokio::test]
async fn the_life_of_a_chain_is_told_and_outlives_it() {
    let world = World::start().await;
    let chain = ChainSubject::of(&world, vec![steps::agent(), steps::sent_otp()]).await;
    chain.walk(&world, 2).await;
    chain.validate(&world).await.expect(204);
    chain.close(&world).await.expect(204);
    world.send(chain.forced_deletion(&world)).await.expect(204);
    for id in [&chain.id, &chain.admin_id] {
        let events = events_of(&world, id).await;
        let names = ["created", "step_validated", "step_validated", "validated", "closed", "deleted"];
        assert_eq!(types(&events), names.map(|name| format!("chain.{name}")));
        let subject = json!({ "kind": "CHAIN", "identification_chain_id": chain.id, "admin_identification_chain_id": chain.admin_id });
        assert!(events.iter().all(|event| event["subject"] == subject));
        let sequences: Vec<u64> = events.iter().filter_map(|event| event["sequence"].as_u64()).collect();
        assert_eq!(sequences, [1, 2, 3, 4, 5, 6]);
        assert_eq!(events[0]["data"]["steps"][1], json!({ "method": "OTP", "identification_id": chain.steps[1].id }));
        assert_eq!(events[2]["data"]["identification_id"], chain.steps[1].id.as_str());
        assert_eq!((&events[2]["data"]["step"], &events[2]["data"]["current_step"]), (&json!(1), &json!(2)));
        assert_eq!(events[3]["data"]["status"], "VALIDATED");
        assert_eq!(events[5]["data"]["reason"], "FORCED");
    }
    let of = |name: &str| format!("identification.{name}");
    assert_eq!(
        types(&events_of(&world, &chain.steps[0].id).await),
        ["created", "validated", "closed", "deleted"].map(of)
    );
    assert_eq!(
        types(&events_of(&world, &chain.steps[1].id).await),
        ["created", "sent", "validated", "closed", "deleted"].map(of)
    );
}

#[tokio::test]
async fn every_end_is_told_of_the_chain_and_of_the_steps_that_end_with_it() {
    let world = World::start().await;
    for (end, last, of_steps) in [
        (
            "cancel",
            "chain.cancelled",
            ["identification.validated", "identification.cancelled", "identification.cancelled"],
        ),
        ("close", "chain.closed", ["identification.closed"; 3]),
        ("fail", "chain.failed", ["identification.validated", "identification.failed", "identification.cancelled"]),
        ("expire", "chain.expired", ["identification.validated", "identification.expired", "identification.expired"]),
        ("delete", "chain.deleted", ["identification.deleted"; 3]),
    ] {
        let chain = ChainSubject::of(&world, vec![steps::agent(), steps::otp(), steps::internal_document()]).await;
        chain.walk(&world, 1).await;
        match end {
            "cancel" => drop(chain.cancel(&world).await.expect(204)),
            "close" => drop(chain.close(&world).await.expect(204)),
            "delete" => drop(world.send(chain.deletion(&world)).await.expect(204)),
            "fail" => {
                for _ in 0..5 {
                    chain.steps[1].try_code(&world, "untrue").await.expect(400);
                }
            }
            _ => {
                world.clock.advance(TimeDelta::hours(1));
                world.sweep().await;
            }
        }
        assert_eq!(types(&events_of(&world, &chain.id).await).last(), Some(&last));
        for (step, expected) in chain.steps.iter().zip(of_steps) {
            assert_eq!(types(&events_of(&world, &step.id).await).last(), Some(&expected), "{end}");
        }
    }
    world.settle().await;
    world.assert_whole().await;
}

#[tokio::test]
async fn no_event_of_a_chain_names_the_person_or_the_device() {
    let world = World::start().await;
    let chain = ChainSubject::of(&world, vec![steps::agent()]).await;
    chain.walk(&world, 1).await;
    chain.validate(&world).await.expect(204);
    let events = events_of(&world, &chain.id).await;
    let shown = Value::from(events.clone()).to_string();
    for value in ["James", "7d444840", "f6a1c0", "acceptance/1.0", "40.4168"] {
        assert!(!shown.contains(value), "{shown}");
    }
    assert_eq!(events[2]["data"]["digests"]["installation_id"].as_str().map(str::len), Some(32));
}
