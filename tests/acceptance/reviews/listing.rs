//! The list of reviews.

use acceptance::{
    Call, OTHER_ORG, World,
    reviews::{ReviewSubject, listed},
};
use chrono::TimeDelta;
use serde_json::Value;

fn ids(reviews: &[Value]) -> Vec<&str> {
    reviews.iter().map(|review| review["review_id"].as_str().expect("an id")).collect()
}

#[tokio::test]
async fn the_longest_open_come_first_and_pages_follow_each_other() {
    let world = World::with_external_provider().await;
    let mut opened = Vec::new();
    for _ in 0..5 {
        opened.push(ReviewSubject::open(&world).await);
        world.clock.advance(TimeDelta::seconds(1));
    }
    let expected: Vec<&str> = opened.iter().map(|review| review.id.as_str()).collect();
    let (mut found, mut cursor): (Vec<String>, String) = (Vec::new(), String::new());
    loop {
        let page = world.call("GET", &format!("/reviews?limit=2{cursor}"), None).await.expect(200).json();
        found.extend(ids(page["reviews"].as_array().expect("reviews")).into_iter().map(str::to_owned));
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(found, expected);
}

#[tokio::test]
async fn a_list_is_of_one_status() {
    let world = World::with_external_provider().await;
    let [open, claimed, approved, rejected, withdrawn] = [
        ReviewSubject::open(&world).await,
        ReviewSubject::open(&world).await,
        ReviewSubject::open(&world).await,
        ReviewSubject::open(&world).await,
        ReviewSubject::open(&world).await,
    ];
    world.send(claimed.claim(&world, "ana")).await.expect(204);
    approved.decide(&world, "ana", "APPROVE").await.expect(204);
    rejected.decide(&world, "ana", "REJECT").await.expect(204);
    withdrawn.subject.cancel(&world).await.expect(204);
    for (status, review) in [
        ("OPEN", &open),
        ("claimed", &claimed),
        ("APPROVED", &approved),
        ("REJECTED", &rejected),
        ("WITHDRAWN", &withdrawn),
    ] {
        assert_eq!(ids(&listed(&world, &format!("?status={status}")).await), [review.id.as_str()], "{status}");
    }
    assert_eq!(listed(&world, "").await.len(), 5);
    world.clock.advance(TimeDelta::minutes(15));
    assert_eq!(listed(&world, "?status=OPEN").await.len(), 2, "a claim has lapsed");
    assert!(listed(&world, "?status=CLAIMED").await.is_empty());
}

#[tokio::test]
async fn another_organisation_sees_nothing() {
    let world = World::with_external_provider().await;
    let review = ReviewSubject::open(&world).await;
    let token = world.token(OTHER_ORG);
    let list = world.send(Call::org("GET", OTHER_ORG, "/reviews").token(&token)).await.expect(200).json();
    assert_eq!(list["reviews"].as_array().map(Vec::len), Some(0));
    let claim = Call::org("POST", OTHER_ORG, &format!("/reviews/{}/claim", review.id)).token(&token);
    world.send(claim).await.expect(404);
}

#[tokio::test]
async fn a_cursor_is_of_its_list_for_a_day() {
    let world = World::with_external_provider().await;
    ReviewSubject::open(&world).await;
    ReviewSubject::open(&world).await;
    let page = world.call("GET", "/reviews?limit=1", None).await.expect(200).text("next_cursor");
    let path = |status: &str| format!("/reviews?limit=1&cursor={page}{status}");
    world.call("GET", &path("&status=OPEN"), None).await.expect(400);
    let other = Call::org("GET", OTHER_ORG, &path("")).token(&world.token(OTHER_ORG));
    world.send(other).await.expect(400);
    world.call("GET", "/reviews?cursor=made-up", None).await.expect(400);
    world.call("GET", "/reviews?status=UNKNOWN&limit=0", None).await.expect(400);
    world.call("GET", &path(""), None).await.expect(200);
    world.clock.advance(TimeDelta::hours(24));
    world.call("GET", &path(""), None).await.expect(400);
}
