//! One organisation's callers may make so many requests a second (§10); what is more is 429.

use acceptance::{Answer, Call, ORG, OTHER_ORG, World, bodies};
use acredita_domain::{ids::OrgId, ports::Clock};
use acredita_testing::NOBODY;
use chrono::TimeDelta;
use std::sync::Arc;
use tokio::task::JoinSet;

const METADATA: &str = "/identifications/agent";

async fn world(requests_a_second: &str) -> World {
    let mut world = World::start().await;
    let mut app = world.app.clone();
    app.policy.requests_a_second = requests_a_second.parse().expect("a rate");
    world.serve(app);
    world
}

async fn ask(world: &World) -> Answer {
    world.call("GET", &format!("{METADATA}/{NOBODY}"), None).await
}

#[tokio::test]
async fn more_requests_than_an_organisation_may_make_are_429_and_say_when_to_come_back() {
    let world = world("20").await;
    for _ in 0..20 {
        ask(&world).await.expect(404);
    }
    let refused = ask(&world).await.expect(429);
    assert_eq!(refused.headers["retry-after"], "1");
    assert_eq!(refused.json()["errors"][0]["code"], "MDOC_006");
    assert_eq!(refused.json()["errors"][0]["details"], "too many requests of this organisation");
    world.clock.advance(TimeDelta::seconds(1));
    ask(&world).await.expect(404);
}

#[tokio::test]
async fn a_refused_request_does_nothing() {
    let world = world("1").await;
    world.call("POST", METADATA, Some(bodies::agent(false))).await.expect(201);
    world.wire.take();
    world.call("POST", METADATA, Some(bodies::agent(false))).await.expect(429);
    assert_eq!(world.wire.take(), [""; 0], "not even a read");
}

#[tokio::test]
async fn another_organisation_is_served_meanwhile_and_nobody_spends_its_requests_for_it() {
    let world = world("2").await;
    for _ in 0..5 {
        // Without a token that is good for it, a request counts for no organisation.
        let path = format!("{METADATA}/{NOBODY}");
        let stranger = world.request("GET", &path, None).token(&world.token(OTHER_ORG));
        world.send(stranger).await.expect(401);
    }
    ask(&world).await.expect(404);
    ask(&world).await.expect(404);
    ask(&world).await.expect(429);
    let other = Call::org("GET", OTHER_ORG, &format!("{METADATA}/{NOBODY}")).token(&world.token(OTHER_ORG));
    world.send(other).await.expect(404);
}

#[tokio::test]
async fn what_other_processes_served_counts_too() {
    let world = world("20").await;
    let org: OrgId = ORG.parse().expect("an organisation");
    let now = world.clock.now();
    // All of the window's, by others.
    world.app.stores.requests.add(&org, now, 200).await.expect("a sum");
    ask(&world).await.expect(404);
    let refused = ask(&world).await.expect(429);
    assert_eq!(refused.headers["retry-after"], "11", "the end of the window");
    world.clock.advance(TimeDelta::seconds(9));
    ask(&world).await.expect(429);
    world.clock.advance(TimeDelta::seconds(1));
    ask(&world).await.expect(404);
}

#[tokio::test]
async fn sixteen_requests_at_once_are_counted_one_by_one() {
    let world = Arc::new(world("10").await);
    let mut all = JoinSet::new();
    for _ in 0..16 {
        let world = world.clone();
        all.spawn(async move { ask(&world).await.status.as_u16() });
    }
    let mut statuses = all.join_all().await;
    statuses.sort_unstable();
    assert_eq!(statuses, [[404; 10].as_slice(), &[429; 6]].concat());
}
