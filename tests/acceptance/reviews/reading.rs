//! What the record of something shows of its review.

use acceptance::{
    Call, ORG, World,
    chains::{ChainSubject, steps},
    reviews::{ReviewSubject, by, review_from},
    subject::{Method, Subject},
};
use chrono::TimeDelta;
use serde_json::{Value, json};

const NOTE: &str = "Doña Ana, from the shop";

async fn read(world: &World, record: &str) -> Value {
    world.call("GET", &format!("/records/{record}"), None).await.expect(200).json()
}

/// Approves a review that `name` has claimed, with a note.
async fn approve(world: &World, review: &ReviewSubject, name: &str) {
    world.send(review.claim(world, name)).await.expect(204);
    let body = json!({ "decision": "APPROVE", "reason": "DATA_CONFIRMED", "note": NOTE });
    let path = format!("/reviews/{}/decision", review.id);
    world.send(by(world, name, world.request("POST", &path, Some(body)))).await.expect(204);
}

fn timeline(record: &Value) -> Vec<&str> {
    let events = record["timeline"].as_array().expect("a timeline").iter();
    events.map(|event| event["type"].as_str().expect("a type")).collect()
}

#[tokio::test]
async fn a_record_shows_its_review_as_it_is_at_that_moment() {
    let world = World::with_external_provider().await;
    review_from(&world, 0.5, true).await;
    let document = Subject::create(&world, Method::IdentityDocument).await;
    assert_eq!(read(&world, &document.admin_id).await.get("review"), None, "nothing is reviewed");
    let review = ReviewSubject::of(&world, document).await;
    let record = &review.subject.admin_id;
    let mut expected = json!({
        "review_id": review.id, "status": "OPEN", "opened_at": "2026-11-20T08:33:00Z", "score": 0.6, "reasons": [],
        "four_eyes": true, "decisions": []
    });
    assert_eq!(read(&world, record).await["review"], expected);

    world.send(review.claim(&world, "ana")).await.expect(204);
    let mut claimed = expected.clone();
    claimed["status"] = json!("CLAIMED");
    claimed["claimed_by"] = json!("ana");
    claimed["claimed_until"] = json!("2026-11-20T08:48:00Z");
    assert_eq!(read(&world, record).await["review"], claimed);
    world.clock.advance(TimeDelta::minutes(15));
    assert_eq!(read(&world, record).await["review"], expected, "a claim lapses by the clock");

    approve(&world, &review, "ana").await;
    expected["decisions"] = json!([{
        "decision": "APPROVE", "reason": "DATA_CONFIRMED", "decided_by": "ana", "decided_at": "2026-11-20T08:48:00Z",
        "note": NOTE
    }]);
    assert_eq!(read(&world, record).await["review"], expected, "another one has to approve, too");
    world.send(review.claim(&world, "eva")).await.expect(204);
    world.send(review.decision(&world, "eva", "REJECT")).await.expect(204);
    let read = read(&world, record).await;
    assert_eq!((&read["status"], &read["review"]["status"]), (&json!("FAILED"), &json!("REJECTED")));
    let second = json!({
        "decision": "REJECT", "reason": "SUSPECTED_FORGERY", "decided_by": "eva", "decided_at": "2026-11-20T08:48:00Z"
    });
    assert_eq!(read["review"]["decisions"][1], second);
}

#[tokio::test]
async fn a_note_is_shown_to_those_who_may_see_persons() {
    let world = World::with_external_provider().await;
    let review = ReviewSubject::open(&world).await;
    approve(&world, &review, "ana").await;
    let plainly = Call::org("GET", ORG, &format!("/records/{}", review.subject.admin_id));
    let answer = world.send(plainly.token(&world.token_with(ORG, "records:read"))).await.expect(200);
    assert_eq!(answer.json()["review"]["decisions"][0]["note"], "***");
    assert!(!String::from_utf8_lossy(&answer.body).contains("Ana"), "{}", answer.json());
    assert_eq!(answer.json()["review"]["decisions"][0]["decided_by"], "ana", "as in the events");
}

#[tokio::test]
async fn the_events_of_every_review_stand_among_those_of_the_record() {
    let world = World::with_external_provider().await;
    let first = ReviewSubject::open(&world).await;
    world.clock.advance(TimeDelta::seconds(1));
    world.send(first.claim(&world, "ana")).await.expect(204);
    world.clock.advance(TimeDelta::seconds(1));
    first.subject.score(&world, 0.55, Vec::new()).await;
    let record = read(&world, &first.subject.admin_id).await;
    assert_ne!(record["review"]["review_id"], first.id.as_str(), "the latest one");
    let mut told = timeline(&record);
    assert_eq!(told.pop(), Some("record.viewed"));
    for kind in ["identification.created", "scoring.scored", "review.claimed", "review.withdrawn"] {
        assert!(told.contains(&kind), "{kind} of {told:?}");
    }
    let opened = told.iter().filter(|kind| **kind == "review.opened").count();
    assert_eq!(opened, 2, "{told:?}");
    assert!(
        told.iter().position(|kind| *kind == "review.claimed") < told.iter().rposition(|kind| *kind == "review.opened")
    );

    first.subject.delete(&world).await.expect(204);
    let record = read(&world, &first.subject.admin_id).await;
    assert_eq!((&record["status"], record.get("review")), (&json!("ERASED"), None));
}

#[tokio::test]
async fn a_chain_shows_the_review_of_its_step() {
    let world = World::with_external_provider().await;
    review_from(&world, 0.5, false).await;
    let mut chain = ChainSubject::of(&world, vec![steps::agent(), steps::document()]).await;
    chain.steps[0].validate(&world).await.expect(204);
    let review = ReviewSubject::of(&world, chain.steps.pop().expect("a document")).await;
    approve(&world, &review, "ana").await;
    let record = read(&world, &chain.admin_id).await;
    assert_eq!((&record["review"]["review_id"], &record["review"]["status"]), (&json!(review.id), &json!("APPROVED")));
    assert!(timeline(&record).contains(&"review.approved"), "{record}");
}
